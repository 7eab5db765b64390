"""Videos that are not on a mounted disk: read over HTTP(S) and S3, only the parts needed."""

"""The frame worker's entry point: in the GPU container, and as a process of the harness."""

from showrunner.previews.worker.run import run

if __name__ == "__main__":
    run()

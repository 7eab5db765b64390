"""How the installation as a whole is and how it is set."""

"""`lenet-verify draw`: an architecture as a picture in a file."""

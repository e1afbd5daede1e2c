"""What the bridge can be asked to do, one module each. Command line, web and scheduler call these and nothing deeper."""

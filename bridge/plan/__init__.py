"""The sales side: what was promised to whom, read from a file, protected, and tied to tasks and working days."""

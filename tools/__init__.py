"""What is made from the code for readers of the documentation; nothing here is part of the installed program."""

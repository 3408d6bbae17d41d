//! A backend that is a program: JSON lines over its standard input and output.

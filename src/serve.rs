//! Our backend as a server that others can test against.

//! Which people of a foreign backend stand for which people of the scenarios.

//! The real server on a port of its own, with its own database and its own simulator.

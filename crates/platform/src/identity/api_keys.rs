//! Keys for programs.

//! Changing and recovering a password.

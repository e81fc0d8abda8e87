//! Six digits from an app.

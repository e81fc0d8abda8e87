//! What one is called and how one wants the site.

//! Builder methods for the optional fields of a request.

/// Writes a method for each field, of the request itself or of the named part of it.
macro_rules! setters {
    (in $part:ident: $($name:ident: $type:ty),* $(,)?) => {$(
        #[doc = concat!("Sets `", stringify!($name), "`.")]
        #[must_use]
        pub fn $name(mut self, value: impl Into<$type>) -> Self {
            self.$part.$name = Some(value.into());
            self
        }
    )*};
    ($($name:ident: $type:ty),* $(,)?) => {$(
        #[doc = concat!("Sets `", stringify!($name), "`.")]
        #[must_use]
        pub fn $name(mut self, value: impl Into<$type>) -> Self {
            self.$name = Some(value.into());
            self
        }
    )*};
}
pub(crate) use setters;

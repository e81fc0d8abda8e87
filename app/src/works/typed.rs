//! What is typed into the form of a wish, a signal a field.

use leptos::prelude::*;

use crate::api::works::WishForm;

macro_rules! typed {
    ($($field:ident)*) => {
        /// The fields of a [`WishForm`], each as it is typed.
        #[derive(Clone, Copy, Debug)]
        pub struct Typed { $(pub $field: RwSignal<String>,)* }

        impl Typed {
            /// Fields that begin with this.
            pub fn new(form: WishForm) -> Self {
                Self { $($field: RwSignal::new(form.$field),)* }
            }

            /// All that is typed now.
            pub fn form(self) -> WishForm {
                WishForm { $($field: self.$field.get(),)* }
            }

            /// Types all of this, as far as the fields are still there.
            pub fn fill(self, form: WishForm) {
                $(set(self.$field, form.$field);)*
            }
        }
    };
}

typed! {
    kind model prompt negative_prompt size count seed prompt_extend style image function mask strength expand enlarge
    lines ratio seconds voice speed format
}

fn set(field: RwSignal<String>, text: String) {
    // What is the same must not run what hangs on it.
    if field
        .try_get_untracked()
        .is_some_and(|present| present != text)
    {
        field.set(text);
    }
}

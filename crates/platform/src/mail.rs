//! Letters to people. Without a mail server each is written to a folder, where whoever develops or tries the site
//! finds it.

use std::path::PathBuf;

/// How mail leaves.
#[derive(Clone, Debug)]
pub enum MailOptions {
    /// As files in that folder.
    Folder(PathBuf),
}

/// Sends letters. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    options: MailOptions,
}

impl Mailer {
    /// A mailer.
    pub fn new(options: MailOptions) -> Self {
        Self { options }
    }
}

//! `[security]`.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use platform::vault::Vault;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::Secret;

/// The master key, under which secrets are sealed in the database.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityConfig {
    /// The key itself: at least 32 random bytes in Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key: Option<Secret>,
    /// Where the key is kept when it is not given; made at the first start, for its owner's eyes only.
    pub master_key_file: PathBuf,
}

impl Default for SecurityConfig {
    fn default() -> Self {
        Self {
            master_key: None,
            master_key_file: PathBuf::from("data/master.key"),
        }
    }
}

impl SecurityConfig {
    /// The vault under the given key, the kept one, or one that is made now.
    pub fn vault(&self) -> anyhow::Result<Vault> {
        if let Some(key) = self.master_key.as_ref().filter(|key| !key.is_blank()) {
            return Vault::new(key.reveal()).context("security.master_key");
        }
        let file = &self.master_key_file;
        let key =
            kept(file).with_context(|| format!("security.master_key_file: {}", file.display()))?;
        Vault::new(&key).with_context(|| format!("the key in {}", file.display()))
    }

    /// Whether there is a key already; without, [`Self::vault`] makes one.
    pub fn has_key(&self) -> bool {
        let given = self.master_key.as_ref().is_some_and(|key| !key.is_blank());
        given || self.master_key_file.exists()
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        match self.master_key.as_ref().filter(|key| !key.is_blank()) {
            Some(key) => Vault::new(key.reveal())
                .map(drop)
                .context("security.master_key"),
            None => Ok(()),
        }
    }
}

/// Reads the key, or makes it: of processes that start at once, one does.
fn kept(file: &Path) -> anyhow::Result<SecretString> {
    match create(file) {
        Ok(key) => Ok(key),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            refuse_if_others_can_read(file)?;
            Ok(SecretString::from(
                fs::read_to_string(file).context("reading it")?,
            ))
        }
        Err(error) => Err(error).context("making it"),
    }
}

fn create(file: &Path) -> std::io::Result<SecretString> {
    if file.exists() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    if let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        private_folder(folder)?;
    }
    let key = Vault::new_key();
    // Written elsewhere first: whoever finds the file finds a whole key.
    let draft = file.with_extension(format!("new-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&draft)?;
    out.write_all(key.expose_secret().as_bytes())?;
    out.write_all(b"\n")?;
    out.sync_all()?;
    let linked = fs::hard_link(&draft, file);
    fs::remove_file(&draft)?;
    linked.map(|()| key)
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
#[expect(clippy::verbose_bit_mask, reason = "modes are read in octal")]
fn refuse_if_others_can_read(file: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(file)
        .context("looking at it")?
        .permissions()
        .mode();
    anyhow::ensure!(
        mode & 0o077 == 0,
        "others can read it (mode {:03o}); run: chmod 600 {}",
        mode & 0o777,
        file.display()
    );
    Ok(())
}

#[cfg(not(unix))]
fn refuse_if_others_can_read(_file: &Path) -> anyhow::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(folder: &Path) -> SecurityConfig {
        SecurityConfig {
            master_key: None,
            master_key_file: folder.join("keys/master.key"),
        }
    }

    #[test]
    fn the_key_is_made_once_and_for_its_owner_only() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let config = config(folder.path());
        config.vault()?;
        let first = fs::read_to_string(&config.master_key_file)?;
        config.vault()?;
        assert_eq!(fs::read_to_string(&config.master_key_file)?, first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&config.master_key_file)?.permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            fs::set_permissions(&config.master_key_file, fs::Permissions::from_mode(0o644))?;
            let problem = format!("{:#}", config.vault().expect_err("others can read it"));
            assert!(problem.contains("chmod 600"), "{problem}");
        }
        Ok(())
    }

    /// CF-09, SE-23.
    #[test]
    fn a_weak_key_is_refused_by_its_name_and_not_shown() {
        let config: SecurityConfig = toml::from_str("master_key = \"hunter2\"").expect("a text");
        let problem = format!("{:#}", config.check().expect_err("weak"));
        assert!(problem.contains("security.master_key"), "{problem}");
        assert!(!problem.contains("hunter2"), "{problem}");
    }
}

//! Turns `locales/{en,zh}/*.json`, a file an area, into `words.rs`: one struct, one constant a language. A key that one language lacks, or
//! a text whose placeholders differ between languages, stops the build; a key that no code reads is a warning's
//! matter, and a key that no file has is a compile error where it is used.

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

type Locale = BTreeMap<String, String>;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=locales");
    let en = read("locales/en")?;
    let zh = read("locales/zh")?;
    compare(&en, &zh)?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    fs::write(out.join("words.rs"), generate(&en, &zh)?)?;
    Ok(())
}

/// All files of a folder as one; a key that two of them have stops the build.
fn read(folder: impl AsRef<Path>) -> Result<Locale, Box<dyn Error>> {
    let mut all = Locale::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let text = fs::read_to_string(&path)?;
        let area: Locale =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        for (key, text) in area {
            if all.insert(key.clone(), text).is_some() {
                return Err(format!("{}: `{key}` is in another file too", path.display()).into());
            }
        }
    }
    Ok(all)
}

fn compare(en: &Locale, zh: &Locale) -> Result<(), Box<dyn Error>> {
    for (key, text) in en {
        let other = zh.get(key).ok_or_else(|| format!("zh lacks `{key}`"))?;
        let mut here = placeholders(text);
        let mut there = placeholders(other);
        here.sort_unstable();
        there.sort_unstable();
        if here != there {
            return Err(format!("`{key}` has other placeholders in zh").into());
        }
    }
    match zh.keys().find(|key| !en.contains_key(*key)) {
        Some(key) => Err(format!("en lacks `{key}`").into()),
        None => Ok(()),
    }
}

fn placeholders(text: &str) -> Vec<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}

fn generate(en: &Locale, zh: &Locale) -> Result<String, std::fmt::Error> {
    let mut code =
        String::from("/// Every text of the page in one language.\npub struct Words {\n");
    for (key, text) in en {
        let visibility = if placeholders(text).is_empty() {
            "pub "
        } else {
            ""
        };
        writeln!(
            code,
            "    /// `{text}`\n    {visibility}{key}: &'static str,"
        )?;
    }
    code.push_str("}\n\n");
    for (name, locale) in [("EN", en), ("ZH", zh)] {
        writeln!(code, "static {name}: Words = Words {{")?;
        for (key, text) in locale {
            writeln!(code, "    {key}: {text:?},")?;
        }
        code.push_str("};\n\n");
    }
    code.push_str("impl Words {\n");
    for (key, text) in en {
        let names = placeholders(text);
        if names.is_empty() {
            continue;
        }
        let arguments: Vec<String> = names.iter().map(|name| format!("{name}: &str")).collect();
        let mut replaced = String::new();
        for name in &names {
            write!(replaced, ".replace(\"{{{name}}}\", {name})")?;
        }
        writeln!(
            code,
            "    /// `{text}`\n    pub fn {key}(&self, {}) -> String {{\n        self.{key}{replaced}\n    }}",
            arguments.join(", ")
        )?;
    }
    code.push_str("}\n");
    Ok(code)
}

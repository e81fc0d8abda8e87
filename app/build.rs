//! Turns `locales/{en,zh}/*.json`, a file an area, into `words.rs`: a struct for each part of the page, one constant a language. A key that
//! one language lacks, or a text whose placeholders differ between languages, stops the build; a key that no code reads is a warning's
//! matter, and a key that no file has is a compile error where it is used.
//!
//! All of them are read as fields of `Words`: what it lacks is found by `Deref` in the next struct, and so on. Only code that does
//! so refers to that struct, so its texts are loaded with that code.

#[path = "build/parts.rs"]
mod parts;

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use parts::Part;

type Locale = BTreeMap<String, String>;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=src");
    let en = read("locales/en")?;
    let zh = read("locales/zh")?;
    compare(&en, &zh)?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let said = parts::find(Path::new("src"))?;
    fs::write(out.join("words.rs"), generate(&en, &zh, &said)?)?;
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

/// What tells the way to the next struct which language is spoken; no key is called so.
const SPOKEN: &str = "this_language";

fn generate(
    en: &Locale,
    zh: &Locale,
    said: &BTreeMap<String, Part>,
) -> Result<String, std::fmt::Error> {
    let mut code = String::new();
    let mut parts = Part::ALL.into_iter().peekable();
    while let Some(part) = parts.next() {
        let next = parts.peek().copied();
        let of_part = |key: &str| said.get(key).copied().unwrap_or(Part::Every) == part;
        let en: Vec<_> = en.iter().filter(|(key, _)| of_part(key)).collect();
        let zh: Vec<_> = zh.iter().filter(|(key, _)| of_part(key)).collect();
        structure(&mut code, part, next, &en)?;
        for (language, texts) in [("En", &en), ("Zh", &zh)] {
            constant(&mut code, part, next, language, texts)?;
        }
        if let Some(next) = next {
            way(&mut code, part, next)?;
        }
        methods(&mut code, part, &en)?;
    }
    Ok(code)
}

fn structure(
    code: &mut String,
    part: Part,
    next: Option<Part>,
    texts: &[(&String, &String)],
) -> std::fmt::Result {
    let whose = if part == Part::Every {
        "Every text of the page in one language."
    } else {
        "Those of them that only parts of the page say which are loaded later."
    };
    writeln!(code, "/// {whose}\npub struct {} {{", part.words())?;
    if next.is_some() {
        writeln!(code, "    {SPOKEN}: Language,")?;
    }
    for (key, text) in texts {
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
    Ok(())
}

fn constant(
    code: &mut String,
    part: Part,
    next: Option<Part>,
    language: &str,
    texts: &[(&String, &String)],
) -> std::fmt::Result {
    let (name, words) = (language.to_uppercase(), part.words());
    writeln!(code, "static {name}{}: {words} = {words} {{", part.suffix())?;
    if next.is_some() {
        writeln!(code, "    {SPOKEN}: Language::{language},")?;
    }
    for (key, text) in texts {
        writeln!(code, "    {key}: {text:?},")?;
    }
    code.push_str("};\n\n");
    Ok(())
}

/// Kept apart from where it is gone: that would name the texts of both languages each time.
fn way(code: &mut String, part: Part, next: Part) -> std::fmt::Result {
    let (here, there, suffix) = (part.words(), next.words(), next.suffix());
    writeln!(
        code,
        "impl std::ops::Deref for {here} {{
    type Target = {there};

    #[inline(never)]
    fn deref(&self) -> &{there} {{
        match self.{SPOKEN} {{
            Language::En => &EN{suffix},
            Language::Zh => &ZH{suffix},
        }}
    }}
}}
"
    )
}

fn methods(code: &mut String, part: Part, texts: &[(&String, &String)]) -> std::fmt::Result {
    writeln!(code, "impl {} {{", part.words())?;
    for (key, text) in texts {
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
    code.push_str("}\n\n");
    Ok(())
}

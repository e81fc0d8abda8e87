//! The pages' files are embedded: a build of them is a reason to build this again.

fn main() -> std::io::Result<()> {
    let site = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site");
    // A debug build reads the folder when it is asked, by the path that it has now: one that is made later is not found,
    // because only a folder that is there has a canonical path.
    std::fs::create_dir_all(site)?;
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed={site}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

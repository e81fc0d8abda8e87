//! The pages' files are embedded: a build of them is a reason to build this again. And how the program is linked.

fn main() -> std::io::Result<()> {
    let site = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site");
    // A debug build reads the folder when it is asked, by the path that it has now: one that is made later is not found,
    // because only a folder that is there has a canonical path.
    std::fs::create_dir_all(site)?;
    let is = |name: &str, wanted: &str| std::env::var_os(name).is_some_and(|value| value == wanted);
    if is("PROFILE", "release") {
        println!("cargo::rerun-if-changed={site}");
        // A table says where the program's own addresses are to be written at its start, 24 bytes for each, and all of it is
        // read then and stays in memory. Packed it is a hundredth of that, for which glibc has to be 2.36 or newer.
        let is_linux = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
        if is_linux && is("CARGO_CFG_TARGET_ARCH", "x86_64") {
            println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

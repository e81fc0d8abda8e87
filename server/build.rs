//! The pages' files are embedded: a build of them is a reason to build this again. And how the program is linked.

fn main() -> std::io::Result<()> {
    let site = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site");
    // A debug build reads the folder when it is asked, by the path that it has now: one that is made later is not found,
    // because only a folder that is there has a canonical path.
    std::fs::create_dir_all(site)?;
    let is = |name: &str, wanted: &str| std::env::var_os(name).is_some_and(|value| value == wanted);
    if is("PROFILE", "release") {
        println!("cargo::rerun-if-changed={site}");
        if is_packed_here(&is) {
            println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

/// A table says where the program's own addresses are to be written at its start, 24 bytes for each, and all of it is read then
/// and stays in memory. Packed it is a hundredth of that, which glibc reads since 2.36: where this is built is where it runs.
fn is_packed_here(is: &impl Fn(&str, &str) -> bool) -> bool {
    let is_linux = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    let is_native = std::env::var_os("HOST") == std::env::var_os("TARGET");
    is_linux && is("CARGO_CFG_TARGET_ARCH", "x86_64") && is_native && glibc() >= Some((2, 36))
}

/// This machine's, as `getconf` tells it: "glibc 2.36".
fn glibc() -> Option<(u32, u32)> {
    let told = std::process::Command::new("getconf")
        .arg("GNU_LIBC_VERSION")
        .output()
        .ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    let (major, minor) = told.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

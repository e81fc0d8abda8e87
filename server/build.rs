//! The pages' files are embedded: a build of them is a reason to build this again.

fn main() {
    let site = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site");
    // Cargo takes a path that is not there for one that always changes.
    if std::path::Path::new(site).exists() {
        println!("cargo::rerun-if-changed={site}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}

//! Builds anew when what is embedded changes: shipped forms and the demo's responses.

fn main() {
    println!("cargo::rerun-if-changed=../../forms");
    println!("cargo::rerun-if-changed=../../demo");
}

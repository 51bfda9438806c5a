//! Builds again when a template, a text or a static file comes or goes.

fn main() {
    for folder in ["templates", "texts", "static"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}

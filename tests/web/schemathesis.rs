//! The API asked by a program that knows only its description: no answer is a fault of ours, and
//! each is what the description says. Run by `tests/schemathesis.sh`.

use std::process::Command;

use crate::scene::{ROLES, Scene};
use crate::support::World;

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_schema_conformance,response_headers_conformance";

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_what_the_description_says() {
    // As with the checkers of reports: without the program there is nothing to ask with.
    let Ok(program) = std::env::var("SCHEMATHESIS") else { return };
    let examples = std::env::var("SCHEMATHESIS_EXAMPLES").unwrap_or_else(|_| "5".to_owned());
    let world = World::sqlite(|_| ()).await;
    let scene = Scene::set(&world).await;
    let description = format!("http://{}/api/v1/openapi.json", world.serving.address);
    // What stands in the addresses is there; what is made up would lead nowhere.
    let folder = tempfile::TempDir::new().unwrap();
    let config = folder.path().join("schemathesis.toml");
    let parts = scene.parts.iter().map(|(name, it)| format!("\"path.{name}\" = \"{it}\"\n"));
    std::fs::write(&config, format!("[parameters]\n{}", parts.collect::<String>())).unwrap();
    for role in &ROLES[1..] {
        let mut command = Command::new(&program);
        command.current_dir(folder.path());
        command.arg("--config-file").arg(&config).args(["run", &description, "--checks", CHECKS]);
        command.args(["--phases", "examples,coverage,fuzzing", "--max-examples", &examples]);
        command.args(["--header", &format!("Authorization: Bearer {}", scene.tokens[role])]);
        command.args(["--generation-database", "none", "--seed", "1"]);
        let status = tokio::task::spawn_blocking(move || command.status()).await.unwrap().unwrap();
        assert!(status.success(), "as {role}");
    }
    world.serving.stop().await;
}

//! What settings accept, refuse, and say.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use super::read::{Origin, resolve};
use super::table::settings;
use super::*;

/// Settings from the `file`, with `variables` as `NAME=value`.
fn given(file: &str, variables: &[&str]) -> Result<Effective, Problems> {
    let variables: Vec<(String, String)> = variables
        .iter()
        .map(|it| it.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    resolve(Some((Path::new("assay.toml"), file)), &variables, &[])
}

#[track_caller]
fn accepted(file: &str, variables: &[&str]) -> Settings {
    given(file, variables).unwrap_or_else(|problems| panic!("{problems}")).settings
}

/// What is said about settings that cannot be used.
#[track_caller]
fn refused(file: &str, variables: &[&str]) -> Vec<String> {
    given(file, variables).unwrap_err().0
}

#[track_caller]
fn refused_alone(file: &str, variables: &[&str]) -> String {
    let mut problems = refused(file, variables);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

#[test]
fn without_settings_it_is_reached_from_this_machine_only() {
    let settings = accepted("", &[]);
    assert!(settings.listen.ip().is_loopback());
    assert_eq!(settings.public_url.as_str(), "http://127.0.0.1:8080");
    assert_eq!(settings.database.reveal(), "sqlite:assay.db");
    assert_eq!(settings.files, Files::Folder("assay-files".into()));
    assert_eq!(settings.smtp.host, None);
    assert!(settings.trusted_proxies.is_empty() && settings.workers > 0);
    assert_eq!(settings.show_metrics(), ShowMetrics::Here);
}

#[test]
fn the_shipped_example_is_accepted() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/assay.example.toml");
    let example = fs::read_to_string(path).unwrap();
    let settings = accepted(&example, &[]);
    assert!(settings.public_url.is_secure());
    // What it holds as a comment is right as well.
    let keys: Vec<String> = super::table::settings().into_iter().map(|it| it.key).collect();
    let mut section = String::new();
    for line in example.lines().map(|it| it.trim_start_matches("#: ")) {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((key, _)) = line.split_once(" = ") {
            assert!(keys.contains(&format!("{section}{key}")), "{section}{key}");
        }
    }
}

#[test]
fn options_count_more_than_variables_and_variables_more_than_the_file() {
    let file = "listen = '127.0.0.1:1'\nname = 'File'\nlanguage = 'da'";
    let variables = [("ASSAY_LISTEN", "127.0.0.1:2"), ("ASSAY_NAME", "Variable")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let options = [("listen", "127.0.0.1:3".to_owned())];
    let effective = resolve(Some((Path::new("a.toml"), file)), &variables, &options).unwrap();
    let settings = &effective.settings;
    assert_eq!(settings.listen.port(), 3);
    assert_eq!((settings.name.as_str(), settings.language), ("Variable", Language::Da));
    assert_eq!(settings.public_url.as_str(), "http://127.0.0.1:3");
    let from = |key: &str| effective.origins.get(key).map(ToString::to_string);
    assert_eq!(from("listen").unwrap(), "--listen");
    assert_eq!(from("name").unwrap(), "ASSAY_NAME");
    assert_eq!(from("language").unwrap(), "a.toml:3");
    assert_eq!(from("public_url"), None);
}

#[test]
fn every_setting_can_be_set_by_its_variable() {
    let variables = [
        "ASSAY_LISTEN=[::1]:9000",
        "ASSAY_PUBLIC_URL=https://assay.example.org/",
        "ASSAY_TRUSTED_PROXIES=127.0.0.1, 10.1.0.0/16,::1",
        "ASSAY_WORKERS=4",
        "ASSAY_LOG_FORMAT=json",
        "ASSAY_LIMITS_UPLOAD_MIB=50",
        "DATABASE_URL=postgres://assay:secret@db.example.org/assay",
        "ASSAY_FILES=s3://bucket/a/b/",
        "ASSAY_S3_ACCESS_KEY=id",
        "ASSAY_S3_SECRET_KEY=key",
        "ASSAY_S3_ENDPOINT=https://s3.example.org",
        "PATH=/bin",
    ];
    let settings = accepted("", &variables);
    assert_eq!(settings.public_url.as_str(), "https://assay.example.org");
    assert_eq!((settings.workers, settings.limits.upload_mib), (4, 50));
    assert_eq!(settings.log.format, LogFormat::Json);
    let s3 = Files::S3 { bucket: "bucket".to_owned(), prefix: "a/b".to_owned() };
    assert_eq!(settings.files, s3);
    let trusted = |it: &str| {
        let address: IpAddr = it.parse().unwrap();
        settings.trusted_proxies.iter().any(|it| it.network().contains(&address.to_canonical()))
    };
    assert!(trusted("127.0.0.1") && trusted("10.1.2.3") && trusted("::1"));
    assert!(trusted("::ffff:10.1.2.3"), "an address of IPv4 inside one of IPv6");
    assert!(!trusted("127.0.0.2") && !trusted("10.2.0.1"));
}

#[test]
fn what_does_not_exist_is_refused_with_what_was_meant() {
    let problem = refused_alone("\nlisen = '127.0.0.1:1'", &[]);
    assert_eq!(problem, "assay.toml:2: there is no setting `lisen`; did you mean `listen`?");
    let problem = refused_alone("[smtp]\nhots = 'a'", &[]);
    assert!(problem.starts_with("assay.toml:2:") && problem.contains("`smtp.host`"), "{problem}");
    let problem = refused_alone("[stmp]\nhost = 'a'", &[]);
    assert!(problem.starts_with("assay.toml:1:") && problem.contains("`smtp`"), "{problem}");
    let problem = refused_alone("", &["ASSAY_SMPT_HOST=a"]);
    assert_eq!(
        problem,
        "there is no environment variable `ASSAY_SMPT_HOST`; did you mean `ASSAY_SMTP_HOST`?"
    );
    let problem = refused_alone("", &["ASSAY_QUITE_ELSEWHERE=a"]);
    assert!(problem.contains("docs/settings.md"), "{problem}");
    assert!(refused_alone("smtp = 'a'", &[]).contains("write [smtp]"));
    assert!(refused_alone("", &["ASSAY_DATABASE=sqlite:a.db"]).contains("no environment variable"));
}

#[test]
fn what_does_not_fit_is_told_with_its_place_and_what_is_expected() {
    let problem = refused_alone("[limits]\nupload_mib = 'many'", &[]);
    assert_eq!(
        problem,
        "assay.toml:2: `limits.upload_mib` cannot be this: \"many\"; \
         expected a whole number from 1 to 1024"
    );
    let problem = refused_alone("", &["ASSAY_LOG_LEVEL=verbose"]);
    assert_eq!(
        problem,
        "ASSAY_LOG_LEVEL: `log.level` cannot be this: \"verbose\"; \
         expected `error`, `warn`, `info` or `debug`"
    );
    for (file, words) in [
        ("listen = 8080", "an address and a port"),
        ("listen = 'localhost'", "an address and a port"),
        ("listen = true", "an address and a port"),
        ("listen = {}", "an address and a port"),
        ("listen = ''", "an address and a port"),
        ("public_url = 'https://a.example.org/path'", "without a path"),
        ("public_url = 'https://user.example.org:password@a.example.org'", "without a path"),
        ("public_url = 'ftp://a.example.org'", "without a path"),
        ("language = 'de'", "`da` or `en`"),
        ("database = 'mysql://x'", "`sqlite:FILE`"),
        ("database = 'sqlite:'", "`sqlite:FILE`"),
        ("files = 'https://a.example.org'", "s3://"),
        ("files = 's3://'", "s3://"),
        ("trusted_proxies = ['0.0.0.0/0']", "a list of addresses"),
        ("trusted_proxies = ['nginx']", "a list of addresses"),
        ("trusted_proxies = '127.0.0.1'", "a list of addresses"),
        ("trusted_proxies = [1]", "a list of addresses"),
        ("workers = 0", "from 1 to"),
        ("workers = 2.5", "from 1 to"),
        ("workers = 99999999999999999999", "from 1 to"),
        ("[smtp]\nport = 70000", "from 1 to 65535"),
        ("[smtp]\ntls = 'maybe'", "`required`"),
    ] {
        let problem = refused_alone(file, &[]);
        assert!(problem.starts_with("assay.toml:") && problem.contains(words), "{problem}");
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let file = "lisen = 'a'\nworkers = 0\n[log]\nlevel = 1";
    assert_eq!(refused(file, &["ASSAY_X=1"]).len(), 4);
}

#[test]
fn what_is_no_toml_is_refused_at_its_line() {
    let problem = refused_alone("name = 'a'\nlisten = ", &[]);
    assert!(problem.starts_with("assay.toml:2:"), "{problem}");
    let problem = refused_alone("name = 'a'\nname = 'b'", &[]);
    assert!(problem.starts_with("assay.toml:2:"), "{problem}");
}

#[test]
fn what_others_reach_is_reached_by_https() {
    for fine in ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:1", "https://a.org"] {
        accepted(&format!("public_url = '{fine}'"), &[]);
    }
    for bad in ["assay.example.org", "10.0.0.1:8080", "localhost.example.org"] {
        let problem = refused_alone(&format!("public_url = 'http://{bad}'"), &[]);
        assert!(problem.contains("must begin with `https://`"), "{problem}");
    }
    let problem = refused_alone("listen = '0.0.0.0:8080'", &[]);
    assert!(problem.starts_with("`public_url` must begin with"), "{problem}");
}

#[test]
fn secrets_are_never_printed() {
    let file = "database = 'postgres://assay:swordfish@db.example.org/assay?password=swordfish'
        files = 'shared'
        [smtp]\nhost = 'smtp.example.org'\nfrom = 'assay@example.org'
        user = 'assay'\npassword = 'swordfish'
        [metrics]\ntoken = 'swordfish-swordfish'";
    let effective = given(file, &[]).unwrap();
    assert_eq!(effective.settings.smtp.password.as_ref().unwrap().reveal(), "swordfish");
    let mut shown = format!("{effective:?}");
    for line in page::lines(&effective) {
        shown.push_str(&format!("\n{} = {}", line.key, line.value));
    }
    assert!(!shown.contains("swordfish"), "{shown}");
    assert!(shown.contains("postgres://assay:(hidden)@db.example.org/assay"), "{shown}");
    for wrong in ["[smtp]\npassword = ['swordfish']", "database = 'swordfish'"] {
        assert!(!refused_alone(wrong, &[]).contains("swordfish"));
    }
}

#[test]
fn secrets_can_lie_in_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "swordfish-swordfish\n").unwrap();
    let file = format!("[metrics]\ntoken_file = '{}'", path.display());
    let effective = given(&file, &[]).unwrap();
    let token = Secret::clone(effective.settings.metrics.token.as_ref().unwrap());
    assert_eq!(token.reveal(), "swordfish-swordfish");
    assert_eq!(effective.settings.show_metrics(), ShowMetrics::WithToken(token));
    assert_eq!(effective.origins["metrics.token"], Origin::SecretFile(path.clone()));
    let both = format!("{file}\ntoken = 'swordfish-swordfish'");
    assert!(refused_alone(&both, &[]).contains("leave out"));
    fs::write(&path, "\n").unwrap();
    assert!(refused_alone(&file, &[]).contains("is empty"));
    fs::remove_file(&path).unwrap();
    assert!(refused_alone(&file, &[]).contains("cannot read"));
}

#[test]
fn settings_that_belong_together_come_together() {
    let smtp = "[smtp]\nhost = 'smtp.example.org'\nfrom = 'assay@example.org'\n";
    accepted(smtp, &[]);
    for (file, words) in [
        ("[smtp]\nport = 25".to_owned(), "does nothing without `smtp.host`"),
        ("[smtp]\nhost = 'a.org'".to_owned(), "`smtp.from` must be given"),
        ("[smtp]\nhost = 'a.org'\nfrom = 'Assay'".to_owned(), "e-mail address"),
        ("[smtp]\nhost = 'a.org:25'\nfrom = 'a@a.org'".to_owned(), "without a port"),
        (format!("{smtp}user = 'a'"), "needs `smtp.password`"),
        (format!("{smtp}password = 'a'"), "needs `smtp.user`"),
        (format!("{smtp}user = 'a'\npassword = 'b'\ntls = 'opportunistic'"), "must be `required`"),
        ("[s3]\nregion = 'a'".to_owned(), "does nothing"),
        ("files = 's3://a'\n[s3]\naccess_key = 'a'".to_owned(), "`s3.secret_key`"),
        ("database = 'postgres://a/b'".to_owned(), "`files` must be given"),
        ("[metrics]\ntoken = 'short'".to_owned(), "16 characters"),
        ("[metrics]\nlisten = '127.0.0.1:8080'".to_owned(), "another address"),
        ("[sessions]\nidle_hours = 48\nlongest_days = 1".to_owned(), "longer"),
        ("name = \"a\\r\\nBcc: b\"".to_owned(), "one line"),
    ] {
        let problem = refused_alone(&file, &[]);
        assert!(problem.contains(words), "{problem}");
    }
    let near = "[smtp]\nhost = 'localhost'\nfrom = 'a@a.org'\nuser = 'a'\npassword = 'b'";
    accepted(&format!("{near}\ntls = 'none'"), &[]);
}

#[test]
fn figures_are_for_those_who_may_read_them() {
    let public = "public_url = 'https://assay.example.org'\n";
    assert_eq!(accepted(public, &[]).show_metrics(), ShowMetrics::Nowhere);
    let own = accepted(&format!("{public}[metrics]\nlisten = '127.0.0.1:9090'"), &[]);
    assert_eq!(own.show_metrics(), ShowMetrics::At("127.0.0.1:9090".parse().unwrap(), None));
}

#[test]
fn every_setting_is_explained() {
    for it in settings() {
        assert!(it.meaning.ends_with('.'), "{} is not explained", it.key);
        assert!(!it.expected.starts_with("a text"), "{}: say what is expected", it.key);
        assert!(it.secret == it.default.is_null() || !it.secret, "{}", it.key);
    }
}

/// `UPDATE=1 cargo test -p assay settings` writes the page anew.
#[test]
fn the_page_of_settings_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/settings.md");
    let page = page::markdown();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/settings.md is out of date: run this test with UPDATE=1");
}

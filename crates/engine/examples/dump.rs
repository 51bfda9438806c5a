fn main() {
    let mut files = forms::Files::default();
    let mut open = vec![std::path::PathBuf::from(std::env::var("ROOT").unwrap_or("forms".into()))];
    while let Some(f) = open.pop() {
        for e in std::fs::read_dir(f).unwrap() {
            let p = e.unwrap().path();
            if p.is_dir() {
                open.push(p)
            } else if p.extension().is_some_and(|it| it == "json") {
                files.insert(
                    p.strip_prefix(std::env::var("ROOT").unwrap_or("forms".into()))
                        .unwrap()
                        .display()
                        .to_string(),
                    std::fs::read_to_string(&p).unwrap(),
                );
            }
        }
    }
    for id in std::env::args().skip(1) {
        let form = match engine::library::prepare(&files, &format!("{id}/form.json")) {
            Ok(f) => f,
            Err(e) => {
                println!("{id}: {e:?}");
                continue;
            }
        };
        for l in ["en", "da"] {
            match engine::blank::blank_data(&form, l) {
                Ok(data) => std::fs::write(
                    format!("/tmp/bl/{id}.{l}.json"),
                    serde_json::to_string_pretty(&data).unwrap(),
                )
                .unwrap(),
                Err(e) => println!("{id} {l} {e}"),
            }
        }
    }
}

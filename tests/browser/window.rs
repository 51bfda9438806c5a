//! A browser of its own, and what a person does in it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

use crate::driver;
use crate::support::World;

/// How long a person waits before giving up.
const PATIENCE: Duration = Duration::from_secs(20);
const ARGUMENTS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// How somebody comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// What pictures of the journey are called.
    pub(crate) journey: &'static str,
    /// `da` or `en`.
    pub(crate) language: &'static str,
    /// In pixels.
    pub(crate) width: u32,
    /// Whether scripts run.
    pub(crate) scripts: bool,
}

/// A browser window.
pub(crate) struct Window {
    client: Client,
    origin: String,
    look: Look,
    _data: TempDir,
}

impl Window {
    /// A new browser, without cookies.
    pub(crate) async fn open(world: &World, look: Look) -> Self {
        let data = TempDir::new().unwrap();
        let mut arguments: Vec<String> = ARGUMENTS.iter().map(|it| (*it).to_owned()).collect();
        arguments.push(format!("--user-data-dir={}", data.path().display()));
        let scripts = if look.scripts { 1 } else { 2 };
        let options = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": "/usr/bin/chromium",
                "args": arguments,
                "prefs": {
                    "intl.accept_languages": look.language,
                    "profile.managed_default_content_settings.javascript": scripts,
                },
            },
        });
        let Value::Object(options) = options else { unreachable!() };
        let address = format!("http://{}", driver::address());
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(options)
            .connect(&address)
            .await
            .unwrap();
        let origin = format!("http://{}", world.serving.address);
        let window = Self { client, origin, look, _data: data };
        window.resize(look.width, 800).await;
        window
    }

    /// Closes it.
    pub(crate) async fn close(self) {
        self.client.close().await.unwrap();
    }

    /// Goes to an address.
    pub(crate) async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.origin)).await.unwrap();
    }

    /// The path where it is.
    pub(crate) async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// Runs a script as the body of a function.
    pub(crate) async fn script(&self, body: &str) -> Value {
        self.client.execute(body, Vec::new()).await.unwrap()
    }

    /// The element, which must be there, in the middle of the window.
    async fn find(&self, css: &str) -> Element {
        let found = self.client.find(Locator::Css(css)).await;
        let Ok(found) = found else { panic!("{css} is not at {}", self.path().await) };
        let scroll = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        let element = serde_json::to_value(&found).unwrap();
        self.client.execute(scroll, vec![element]).await.unwrap();
        found
    }

    /// How many elements there are.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.unwrap().len()
    }

    /// What an element says.
    pub(crate) async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// What stands in a field, or whether it is ticked.
    pub(crate) async fn value(&self, css: &str) -> String {
        self.find(css).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// The attribute of an element.
    pub(crate) async fn attribute(&self, css: &str, name: &str) -> String {
        self.find(css).await.attr(name).await.unwrap().unwrap()
    }

    /// Clicks, without leaving the page.
    pub(crate) async fn click(&self, css: &str) {
        if let Err(error) = self.find(css).await.click().await {
            panic!("{css} cannot be clicked at {}: {error}", self.path().await);
        }
    }

    /// Types into a field what it shall hold.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses from a list.
    pub(crate) async fn choose(&self, css: &str, value: &str) {
        self.find(css).await.select_by_value(value).await.unwrap();
    }

    /// Clicks what leads to another page, and waits until that is there.
    pub(crate) async fn follow(&self, css: &str) {
        self.script("document.documentElement.dataset.left = 'not yet'").await;
        self.click(css).await;
        self.until("the next page", "return !document.documentElement.dataset.left").await;
    }

    /// Waits until a script says that it is so.
    pub(crate) async fn until(&self, what: &str, script: &str) {
        let begun = Instant::now();
        loop {
            // While a page gives way to another there is nothing to ask.
            let is = self.client.execute(script, Vec::new()).await.unwrap_or_default();
            let done = "return document.readyState === 'complete'";
            if is == true && self.client.execute(done, Vec::new()).await.is_ok_and(|it| it == true)
            {
                return;
            }
            if begun.elapsed() > PATIENCE {
                let body = self.script("return document.body.innerText").await;
                panic!("{what} never came at {}: {}", self.path().await, body.as_str().unwrap());
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Ticks or chooses one of several.
    pub(crate) async fn tick(&self, name: &str, value: &str) {
        let css = format!(r#".option:has(input[name="{name}"][value="{value}"]) label"#);
        self.click(&css).await;
    }

    /// Whether one of several is ticked or chosen.
    pub(crate) async fn is_ticked(&self, name: &str, value: &str) -> bool {
        self.count(&format!(r#"input[name="{name}"][value="{value}"]:checked"#)).await == 1
    }

    /// Waits until the page says that everything is saved.
    pub(crate) async fn saved(&self) {
        self.state("saved").await;
    }

    /// Waits until the page says how it is with what was typed.
    pub(crate) async fn state(&self, state: &str) {
        let script =
            format!("return document.querySelector('[data-status]').dataset.state === '{state}'");
        self.until(state, &script).await;
    }

    /// Whether there is a connection.
    pub(crate) async fn connected(&self, is: bool) {
        let conditions = json!({
            "offline": !is, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.tell("Network.enable", json!({})).await;
        self.tell("Network.emulateNetworkConditions", conditions).await;
    }

    /// Fetches a file as the page would: the status, and how the file begins.
    pub(crate) async fn fetch(&self, href: &str) -> (String, String) {
        let script = "const done = arguments[1]; fetch(arguments[0]).then(async (it) => \
                      done([String(it.status), (await it.text()).slice(0, 4)]), \
                      (error) => done([String(error), '']))";
        let fetched = self.client.execute_async(script, vec![href.into()]).await.unwrap();
        serde_json::from_value(fetched).unwrap()
    }

    async fn resize(&self, width: u32, height: u32) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.tell("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Tells the browser something that WebDriver has no word for.
    async fn tell(&self, command: &str, parameters: Value) {
        let command = Told(json!({ "cmd": command, "params": parameters }));
        if let Err(error) = self.client.issue_cmd(command).await {
            panic!("the browser does not understand: {error}");
        }
    }

    /// Looks at the page: it fits, no script of others ran, axe finds nothing; and takes pictures.
    pub(crate) async fn look(&self, name: &str) {
        let at = format!("{name} ({})", self.path().await);
        assert_eq!(self.script("return typeof window.canary").await, "undefined", "{at}");
        let fits = "return document.documentElement.scrollWidth <= innerWidth";
        assert_eq!(self.script(fits).await, true, "{at} is wider than the window");
        if self.look.scripts {
            self.check(&at).await;
        }
        if let Some(folder) = std::env::var_os("SCREENSHOTS") {
            self.keep(&PathBuf::from(folder), name).await;
        }
    }

    async fn check(&self, at: &str) {
        let Some(path) = std::env::var_os("AXE") else { return };
        let axe = std::fs::read_to_string(path).unwrap();
        let script = format!(
            "const done = arguments[arguments.length - 1]; {axe};\n\
             axe.run(document, {{ resultTypes: ['violations'] }}).then(\
             (it) => done(it.violations.flatMap(({{ id, help, nodes }}) => \
             nodes.map((node) => `${{id}}: ${{help}}: ${{node.html}} ${{node.failureSummary}}`))), \
             (error) => done([String(error)]))"
        );
        let found = self.client.execute_async(&script, Vec::new()).await.unwrap();
        let found: Vec<String> = serde_json::from_value(found).unwrap();
        assert!(found.is_empty(), "{at}:\n{}", found.join("\n"));
    }

    async fn keep(&self, folder: &std::path::Path, name: &str) {
        std::fs::create_dir_all(folder).unwrap();
        for width in [360, 1280] {
            self.resize(width, 800).await;
            let height = self.script("return document.documentElement.scrollHeight").await;
            let height = u32::try_from(height.as_u64().unwrap()).unwrap();
            self.resize(width, height.clamp(800, 12_000)).await;
            let Look { journey, language, .. } = self.look;
            let file = format!("{journey}-{name}.{language}.{width}.png");
            std::fs::write(folder.join(file), self.client.screenshot().await.unwrap()).unwrap();
        }
        self.resize(self.look.width, 800).await;
    }
}

/// A command of the Chrome DevTools Protocol.
#[derive(Debug)]
struct Told(Value);

impl WebDriverCompatibleCommand for Told {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}

//! Somebody with a browser: it keeps cookies and repeats what forms ask for.

use std::collections::BTreeMap;

use reqwest::header::HeaderMap;

use crate::support::{Service, client};

/// Somebody with a browser.
pub(crate) struct Visitor {
    client: reqwest::Client,
    address: String,
    pub(crate) cookies: BTreeMap<String, String>,
    csrf: String,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Visitor {
    pub(crate) fn of(service: &Service) -> Self {
        let (client, address) = (client(), service.url(""));
        Self { client, address, cookies: BTreeMap::new(), csrf: String::new() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.client.get(format!("{}{path}", self.address));
        self.send(request).await
    }

    /// Sends a form of the page that was shown last.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf).extend_pairs(fields);
        let request = self.client.post(format!("{}{path}", self.address));
        let kind = "application/x-www-form-urlencoded";
        self.send(request.header("Content-Type", kind).body(form.finish())).await
    }

    /// Asks for a link to sign in to be sent to `email`.
    pub(crate) async fn ask_for_a_link(&mut self, email: &str) {
        self.get("/sign-in").await;
        let sent = self.post("/sign-in", &[("with", "link"), ("email", email)]).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
    }

    /// Signs in with the link, of which only the path counts.
    pub(crate) async fn follow(&mut self, link: &str) {
        let path = link.parse::<url::Url>().unwrap().path().to_owned();
        assert_eq!(self.get(&path).await.status, 200);
        assert_eq!(self.post(&path, &[]).await.status, 303);
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let answer = request.header("Cookie", cookies).send().await.unwrap();
        self.remember(answer.headers());
        let (status, body) = (answer.status().as_u16(), answer.text().await.unwrap());
        if let Some((_, rest)) = body.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap().to_owned();
        }
        Answer { status, body }
    }

    fn remember(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let (value, about) = rest.split_once(';').unwrap();
            if about.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

//! People, organisations, and the secrets by which people come in.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use store::{
    Attempt, Db, Link, LinkId, LinkPurpose, Links, Membership, Message, MessageId, Organisation,
    OrganisationFilter, OrganisationId, OrganisationKind, PeopleFilter, Person, PersonId, Role,
    Scope, Session, SessionId, StoreError, Token, TokenId, attempts, links, memberships, messages,
    organisations, people, sessions, tokens,
};

use crate::support::{at, on_each_database};

#[tokio::test]
async fn people_come_back_as_they_were() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let mut one = person("a@example.com", "Ærlig Ø");
        assert!(people::insert(&db, &one).await.unwrap());
        one.created_at = DateTime::from_timestamp_millis(1_790_000_000_123).unwrap();
        assert_eq!(people::get(&db, one.id).await.unwrap(), one);
        assert_eq!(people::password(&db, one.id).await.unwrap(), None);
        people::set_password(&db, one.id, "$hash").await.unwrap();
        one.has_password = true;
        assert_eq!(
            people::find_for_sign_in(&db, "a@example.com").await.unwrap(),
            Some((one.clone(), Some("$hash".to_owned())))
        );
        assert!(!format!("{:?}", people::get(&db, one.id).await.unwrap()).contains("$hash"));
        one.name = "Bedre navn".to_owned();
        people::update(&db, &one).await.unwrap();
        assert_eq!(people::get_many(&db, &[one.id]).await.unwrap(), [one]);
        let missing = people::get(&db, PersonId::new(at(9))).await;
        assert!(matches!(missing, Err(StoreError::Missing { .. })));
    })
    .await;
}

#[tokio::test]
async fn an_address_and_a_number_belong_to_one() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        assert!(people::insert(&db, &person("a@example.com", "A")).await.unwrap());
        assert!(!people::insert(&db, &person("a@example.com", "B")).await.unwrap());
        let numbered = |name| Organisation {
            number: Some("12345678".to_owned()),
            ..organisation(name, OrganisationKind::Company)
        };
        assert!(organisations::insert(&db, &numbered("A")).await.unwrap());
        assert!(!organisations::insert(&db, &numbered("B")).await.unwrap());
        for name in ["C", "D"] {
            let without = organisation(name, OrganisationKind::Company);
            assert!(organisations::insert(&db, &without).await.unwrap());
        }
        let found = organisations::find_by_number(&db, "12345678").await.unwrap().unwrap();
        assert_eq!(found.name, "A");
    })
    .await;
}

#[tokio::test]
async fn deleted_accounts_leave_nothing_but_their_id() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let (one, two) = (person("a@example.com", "A"), person("b@example.com", "B"));
        for it in [&one, &two] {
            people::insert(&db, it).await.unwrap();
            people::anonymise(&db, it.id, at(5)).await.unwrap();
        }
        let left = people::get(&db, one.id).await.unwrap();
        assert!(left.email.is_empty() && left.name.is_empty() && !left.is_active());
        assert!(people::insert(&db, &person("a@example.com", "A again")).await.unwrap());
        let listed = people::list(&db, &PeopleFilter::default(), 10, None).await.unwrap();
        assert_eq!(listed.rows.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn lists_go_on_where_the_page_before_ended() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        for number in 0..25 {
            let name = ["Åse", "bo", "Bo", "Zoe"][number % 4];
            let one = Person {
                administrator: number == 3,
                ..person(&format!("p{number}%@example.com"), name)
            };
            people::insert(&db, &one).await.unwrap();
            let kind =
                if number % 5 == 0 { OrganisationKind::Cluster } else { OrganisationKind::Company };
            organisations::insert(&db, &organisation(name, kind)).await.unwrap();
            messages::insert(&db, &message("a@example.com", number as i64)).await.unwrap();
        }
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = people::list(&db, &PeopleFilter::default(), 10, after).await.unwrap();
            seen.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 25);
        assert!(seen.is_sorted_by_key(|it| (it.name.clone(), it.id)));
        let some = |text: &str| PeopleFilter { text: Some(text.to_owned()), ..Default::default() };
        for (filter, expected) in [
            (some("BO"), 12),
            (some("p1%@"), 1),
            (some("_"), 0),
            (PeopleFilter { administrators: true, ..Default::default() }, 1),
        ] {
            let page = people::list(&db, &filter, 25, None).await.unwrap();
            assert_eq!((page.rows.len(), page.next), (expected, None), "{filter:?}");
        }
        let unknown = Some(PersonId::new(at(9)));
        let refused = people::list(&db, &PeopleFilter::default(), 1, unknown).await;
        assert!(matches!(refused, Err(StoreError::BadCursor(_))));

        let clusters = OrganisationFilter {
            kind: Some(OrganisationKind::Cluster),
            text: Some("o".to_owned()),
        };
        let first = organisations::list(&db, &clusters, 2, None).await.unwrap();
        let rest = organisations::list(&db, &clusters, 9, first.next).await.unwrap();
        assert_eq!((first.rows.len(), rest.rows.len(), rest.next), (2, 1, None));

        let first = messages::list(&db, 20, None).await.unwrap();
        let rest = messages::list(&db, 20, first.next).await.unwrap();
        assert_eq!((first.rows.len(), rest.rows.len(), rest.next), (20, 5, None));
        assert_eq!(first.rows[0].subject, "24");
    })
    .await;
}

#[tokio::test]
async fn a_session_is_found_with_its_person_while_both_last() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let (one, cluster) =
            (person("a@example.com", "A"), organisation("K", OrganisationKind::Cluster));
        people::insert(&db, &one).await.unwrap();
        organisations::insert(&db, &cluster).await.unwrap();
        let membership = Membership {
            organisation: cluster.id,
            person: one.id,
            role: Role::Secretariat,
            created_at: at(0),
        };
        memberships::put(&db, &membership).await.unwrap();
        let session = session(one.id);
        sessions::insert(&db, &session, "hash").await.unwrap();
        assert!(sessions::insert(&db, &session, "hash").await.is_err());

        let find =
            async |hash: &str, now| sessions::find_with_person(&db, hash, now).await.unwrap();
        let (found, of, belongs) = find("hash", at(1)).await.unwrap();
        assert_eq!((found.id, found.csrf.as_str(), of.id), (session.id, "csrf", one.id));
        assert_eq!((belongs[0].0.role, belongs[0].1.id), (Role::Secretariat, cluster.id));
        assert!(find("hash", at(100)).await.is_none());
        assert!(find("Hash", at(1)).await.is_none());

        assert!(memberships::remove(&db, cluster.id, one.id).await.unwrap());
        assert!(!memberships::remove(&db, cluster.id, one.id).await.unwrap());
        assert!(find("hash", at(1)).await.unwrap().2.is_empty());
        assert!(sessions::rotate(&db, session.id, "other", "csrf 2").await.unwrap());
        assert!(find("hash", at(1)).await.is_none());
        assert_eq!(find("other", at(1)).await.unwrap().0.csrf, "csrf 2");
        let disabled = Person { disabled_at: Some(at(2)), ..one.clone() };
        people::update(&db, &disabled).await.unwrap();
        assert!(find("other", at(3)).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn that_a_session_is_used_is_noted_now_and_then() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let one = person("a@example.com", "A");
        people::insert(&db, &one).await.unwrap();
        let session = session(one.id);
        sessions::insert(&db, &session, "hash").await.unwrap();
        let five = TimeDelta::seconds(5);
        for (now, expected) in [(3, 0), (5, 5), (9, 5), (10, 10)] {
            sessions::seen(&db, session.id, at(now), at(now) - five).await.unwrap();
            let seen = sessions::find(&db, session.id).await.unwrap().unwrap().seen_at;
            assert_eq!((seen - at(expected)).num_seconds(), 0, "{now}");
        }
        assert_eq!(sessions::forget(&db, at(11), at(9)).await.unwrap(), 0);
        assert_eq!(sessions::forget(&db, at(11), at(10)).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn only_the_person_ends_a_session_or_token_by_its_id() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let (one, two) = (person("a@example.com", "A"), person("b@example.com", "B"));
        people::insert(&db, &one).await.unwrap();
        people::insert(&db, &two).await.unwrap();
        let session = session(one.id);
        sessions::insert(&db, &session, "hash").await.unwrap();
        assert!(!sessions::remove(&db, two.id, session.id).await.unwrap());
        assert!(sessions::remove(&db, one.id, session.id).await.unwrap());

        let token = token(one.id);
        tokens::insert(&db, &token, "hash").await.unwrap();
        let (found, ..) = tokens::find_with_person(&db, "hash", at(1)).await.unwrap().unwrap();
        assert_eq!(found.scopes, token.scopes);
        assert_eq!(tokens::revoke(&db, two.id, Some(token.id), at(1)).await.unwrap(), 0);
        assert_eq!(tokens::revoke(&db, one.id, Some(token.id), at(1)).await.unwrap(), 1);
        assert!(tokens::find_with_person(&db, "hash", at(1)).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_used_once_however_many_try() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let link = link("a@example.com");
        links::insert(&db, &link, "hash").await.unwrap();
        let tries = (0..20).map(|_| {
            let (db, id) = (db.clone(), link.id);
            tokio::spawn(async move { links::use_up(&db, id, at(1)).await.unwrap() })
        });
        let used = join_all(tries).await.into_iter().filter(|it| *it.as_ref().unwrap()).count();
        assert_eq!(used, 1);
        assert!(links::find_by_hash(&db, "hash").await.unwrap().unwrap().used_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_link_that_is_over_or_taken_back_cannot_be_used() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let maker = person("m@example.com", "M");
        people::insert(&db, &maker).await.unwrap();
        let made = |email: &str| Link { created_by: Some(maker.id), ..link(email) };
        let (one, two, three) =
            (made("a@example.com"), made("a@example.com"), link("c@example.com"));
        for (number, it) in [&one, &two, &three].into_iter().enumerate() {
            links::insert(&db, it, &number.to_string()).await.unwrap();
        }
        assert!(!links::use_up(&db, three.id, at(100)).await.unwrap());
        assert_eq!(links::revoke(&db, &Links::One(one.id), at(1)).await.unwrap(), 1);
        assert!(!links::use_up(&db, one.id, at(2)).await.unwrap());
        assert_eq!(links::revoke(&db, &Links::By(maker.id), at(1)).await.unwrap(), 1);
        assert!(!links::use_up(&db, two.id, at(2)).await.unwrap());
        let to = Links::To(maker.id, "c@example.com".to_owned());
        assert_eq!(links::revoke(&db, &to, at(2)).await.unwrap(), 1);
        let nobody = Links::To(maker.id, String::new());
        assert_eq!(links::revoke(&db, &nobody, at(2)).await.unwrap(), 0);
        assert_eq!(links::forget(&db, at(1000)).await.unwrap(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_at_once_are_all_counted() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let tries = (0..20).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let transaction = db.begin().await.unwrap();
                let before = attempts::lock(&transaction, "key", at(0)).await.unwrap();
                let after = Attempt { count: before.count + 1, until: at(9), ..before };
                attempts::put(&transaction, &after).await.unwrap();
                transaction.commit().await.unwrap();
            })
        });
        for it in join_all(tries).await {
            it.unwrap();
        }
        let transaction = db.begin().await.unwrap();
        assert_eq!(attempts::lock(&transaction, "key", at(0)).await.unwrap().count, 20);
        drop(transaction);
        assert_eq!(attempts::forget(&db, at(9)).await.unwrap(), 0);
        assert_eq!(attempts::forget(&db, at(10)).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_taken_by_one_of_many_senders() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let message = message("a@example.com", 0);
        messages::insert(&db, &message).await.unwrap();
        assert_eq!(messages::due(&db, at(0), 9).await.unwrap().len(), 1);
        let tries = (0..10).map(|_| {
            let (db, id) = (db.clone(), message.id);
            tokio::spawn(async move { messages::claim(&db, id, at(0), at(60)).await.unwrap() })
        });
        let taken = join_all(tries).await.into_iter().filter(|it| *it.as_ref().unwrap()).count();
        assert_eq!(taken, 1);
        assert!(messages::due(&db, at(59), 9).await.unwrap().is_empty());
        messages::not_sent(&db, message.id, "no route", at(90)).await.unwrap();
        let waiting = messages::due(&db, at(91), 9).await.unwrap().remove(0);
        assert_eq!((waiting.tries, waiting.failure.as_deref()), (1, Some("no route")));
        assert_eq!(messages::waiting(&db).await.unwrap(), 1);
        messages::sent(&db, message.id, at(92)).await.unwrap();
        let sent = messages::find(&db, message.id).await.unwrap().unwrap();
        assert!(sent.sent_at.is_some() && sent.body.is_empty() && sent.failure.is_none());
        assert_eq!(messages::waiting(&db).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_named_must_be_there() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let nobody = PersonId::new(at(0));
        assert!(sessions::insert(&db, &session(nobody), "hash").await.is_err());
        assert!(tokens::insert(&db, &token(nobody), "hash").await.is_err());
        let stray = Link { person: Some(nobody), ..link("a@example.com") };
        assert!(links::insert(&db, &stray, "hash").await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_do_not_remove_each_other() {
    on_each_database(async |fresh| {
        let db = fresh.db().await;
        let both = ["a", "b"]
            .map(|it| Person { administrator: true, ..person(&format!("{it}@example.com"), it) });
        for it in &both {
            people::insert(&db, it).await.unwrap();
        }
        let step_down = async |db: Db, person: Person| {
            let transaction = db.begin().await.unwrap();
            let left = people::lock_administrators(&transaction).await.unwrap();
            if left.len() > 1 {
                let person = Person { administrator: false, ..person };
                people::update(&transaction, &person).await.unwrap();
            }
            transaction.commit().await.unwrap();
        };
        let [one, two] = both;
        tokio::join!(step_down(db.clone(), one), step_down(db.clone(), two));
        assert!(people::has_administrator(&db).await.unwrap());
    })
    .await;
}

fn person(email: &str, name: &str) -> Person {
    Person {
        id: PersonId::new(at(0)),
        email: email.to_owned(),
        name: name.to_owned(),
        language: "da".to_owned(),
        has_password: false,
        administrator: false,
        disabled_at: None,
        deleted_at: None,
        created_at: at(0),
    }
}

fn organisation(name: &str, kind: OrganisationKind) -> Organisation {
    let id = OrganisationId::new(at(0));
    Organisation { id, name: name.to_owned(), kind, number: None, created_at: at(0) }
}

fn session(person: PersonId) -> Session {
    Session {
        id: SessionId::new(at(0)),
        csrf: "csrf".to_owned(),
        person,
        device: "Browser".to_owned(),
        created_at: at(0),
        seen_at: at(0),
        expires_at: at(100),
    }
}

fn token(person: PersonId) -> Token {
    Token {
        id: TokenId::new(at(0)),
        person,
        name: "Export".to_owned(),
        scopes: BTreeSet::from([Scope::Read, Scope::Export]),
        created_at: at(0),
        expires_at: at(100),
        seen_at: None,
        revoked_at: None,
    }
}

fn link(email: &str) -> Link {
    Link {
        id: LinkId::new(at(0)),
        purpose: LinkPurpose::SignIn,
        email: email.to_owned(),
        person: None,
        organisation: None,
        role: None,
        round: None,
        assessment: None,
        created_by: None,
        created_at: at(0),
        expires_at: at(100),
        used_at: None,
        revoked_at: None,
    }
}

fn message(recipient: &str, number: i64) -> Message {
    let now: DateTime<Utc> = at(0);
    Message {
        id: MessageId::new(now),
        recipient: recipient.to_owned(),
        subject: number.to_string(),
        body: "Åbn linket".to_owned(),
        created_at: now,
        sent_at: None,
        tries: 0,
        next_try_at: now,
        failure: None,
    }
}

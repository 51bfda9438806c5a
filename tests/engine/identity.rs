//! Signing in, links, sessions, tokens, and who may do what with people.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::EngineError;
use engine::identity::links::{Arrival, Arrived, Invitation};
use engine::identity::organisations::NewOrganisation;
use engine::identity::tokens::NewToken;
use engine::identity::{
    Actor, Browser, Letter, Limits, Link, LinkTrouble, Organisation, OrganisationKind, Person,
    PersonId, Role, Scope, Secret, Session, SignedIn, account, letters, links, organisations,
    people, sessions, sign_in, tokens,
};
use store::{Db, Membership, PeopleFilter, Transaction};

use crate::support::{Fresh, at, on_each_database};

const PASSWORD: &str = "a long enough password";

#[tokio::test]
async fn the_first_link_makes_the_only_first_administrator() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let earlier = first(db, at(0)).await.unwrap();
        let later = first(db, at(1)).await.unwrap();
        assert_eq!(trouble(arrive(db, earlier.reveal(), at(2)).await), LinkTrouble::Revoked);
        let arrived = arrive(db, later.reveal(), at(3)).await.unwrap();
        assert!(arrived.signed_in.person.administrator && arrived.new_person);
        assert_eq!(arrived.signed_in.person.email, "new@example.com");
        assert_eq!(trouble(arrive(db, later.reveal(), at(4)).await), LinkTrouble::Used);
        assert!(first(db, at(5)).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_first_link_made_beside_another_finds_the_place_taken() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let secret = first(db, at(0)).await.unwrap();
        person(db, "boss@example.com", true).await;
        assert_eq!(trouble(arrive(db, secret.reveal(), at(1)).await), LinkTrouble::Used);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_says_no_more_than_an_unknown_address() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        with_password(db, "a@example.com").await;
        person(db, "b@example.com", false).await;
        let mut said = BTreeSet::new();
        for (email, password) in [
            ("a@example.com", "wrong password"),
            ("b@example.com", PASSWORD),
            ("nobody@example.com", PASSWORD),
            ("no address", PASSWORD),
        ] {
            let refused = sign_in::prove(db, email, password, address(1), at(0)).await;
            let refused = refused.unwrap_err();
            assert!(matches!(refused, EngineError::WrongCredentials), "{refused:?}");
            said.insert(refused.to_string());
        }
        assert_eq!(said.len(), 1);
        let signed_in = enter(db, " A@Example.com ", at(1)).await.unwrap();
        assert_eq!(signed_in.person.email, "a@example.com");
        assert!(recognised(db, &signed_in, at(2)).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn an_unknown_address_costs_as_much_as_a_wrong_password() {
    let fresh = Fresh::sqlite().await;
    with_password(&fresh.db, "a@example.com").await;
    let time = async |email: &str, second| {
        let begun = std::time::Instant::now();
        sign_in::prove(&fresh.db, email, "wrong password", address(1), at(second))
            .await
            .unwrap_err();
        begun.elapsed()
    };
    time("warm@example.com", 0).await;
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for second in 1..4 {
        known = known.min(time("a@example.com", second * 10).await);
        unknown = unknown.min(time("nobody@example.com", second * 10 + 5).await);
    }
    assert!(unknown * 2 > known, "{unknown:?} {known:?}");
}

#[tokio::test]
async fn guessing_is_slowed_per_account_whatever_the_address() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        with_password(db, "a@example.com").await;
        let (mut let_through, mut now) = (0, at(0));
        // A thousand guesses, one a second, each from somewhere else.
        for number in 0..1000_u32 {
            let from = IpAddr::from(number.to_be_bytes());
            match sign_in::prove(db, "a@example.com", "wrong", from, now).await {
                Err(EngineError::WrongCredentials) => let_through += 1,
                Err(EngineError::RateLimited { retry_after }) => {
                    assert!(retry_after <= Duration::from_secs(900) && !retry_after.is_zero());
                }
                other => panic!("{other:?}"),
            }
            now += TimeDelta::seconds(1);
        }
        assert!((10..=14).contains(&let_through), "{let_through}");
        // Neither does the right password get through before its time.
        let refused = sign_in::prove(db, "a@example.com", PASSWORD, address(1), now).await;
        let Err(EngineError::RateLimited { retry_after }) = refused else { panic!("{refused:?}") };
        now += TimeDelta::from_std(retry_after).unwrap();
        assert!(enter(db, "a@example.com", now).await.is_ok());
        // And then nothing is held against the account.
        for _ in 0..5 {
            let wrong = sign_in::prove(db, "a@example.com", "wrong", address(2), now).await;
            assert!(matches!(wrong, Err(EngineError::WrongCredentials)), "{wrong:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn guessing_is_slowed_per_address_whatever_the_account() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        with_password(db, "a@example.com").await;
        let mut let_through = 0;
        for number in 0..100 {
            let email = format!("p{number}@example.com");
            let refused = sign_in::prove(db, &email, "wrong", address(1), at(0)).await.unwrap_err();
            let_through += u32::from(matches!(refused, EngineError::WrongCredentials));
        }
        assert_eq!(let_through, 20);
        let other = sign_in::prove(db, "a@example.com", PASSWORD, address(2), at(0)).await;
        assert!(other.is_ok(), "{other:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_once_do_not_get_through_together() {
    on_each_database(async |fresh| {
        let guesses = (0..20).map(|_| {
            let db = fresh.db.clone();
            tokio::spawn(async move {
                sign_in::prove(&db, "a@example.com", "wrong", address(1), at(0)).await.unwrap_err()
            })
        });
        let mut let_through = 0;
        for guess in guesses.collect::<Vec<_>>() {
            let_through += u32::from(matches!(guess.await.unwrap(), EngineError::WrongCredentials));
        }
        assert_eq!(let_through, 5);
    })
    .await;
}

#[tokio::test]
async fn signing_in_ends_the_session_the_browser_was_in() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        with_password(db, "a@example.com").await;
        let before = enter(db, "a@example.com", at(0)).await.unwrap();
        let proven =
            sign_in::prove(db, "a@example.com", PASSWORD, address(1), at(1)).await.unwrap();
        let browser =
            Browser { device: "B\u{7}\nrowser".to_owned(), previous: Some(before.session.id) };
        let tx = db.begin().await.unwrap();
        let after =
            sign_in::enter(&tx, &proven, &browser, &Limits::default(), at(1)).await.unwrap();
        tx.commit().await.unwrap();
        assert_ne!(before.secret.reveal(), after.secret.reveal());
        assert_ne!(before.session.csrf, after.session.csrf);
        assert_eq!(after.session.device, "B  rowser");
        assert!(recognised(db, &before, at(2)).await.is_none());
        assert!(recognised(db, &after, at(2)).await.is_some());
        assert!(
            sessions::recognise(db, "chosen-by-somebody", &Limits::default(), at(2))
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_when_it_is_old() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        with_password(db, "a@example.com").await;
        let signed_in = enter(db, "a@example.com", at(0)).await.unwrap();
        let id = signed_in.session.id;
        let (hour, limits) = (3600, Limits::default());
        assert!(recognised(db, &signed_in, at(12 * hour - 1)).await.is_some());
        assert!(recognised(db, &signed_in, at(12 * hour)).await.is_none());
        let mut now = 0;
        let mut noted = 0;
        while let Some(it) =
            sessions::recognise(db, signed_in.secret.reveal(), &limits, at(now)).await.unwrap()
        {
            if it.unseen {
                noted += 1;
                sessions::seen(db, id, &limits, at(now)).await.unwrap();
            }
            now += 11 * hour;
        }
        assert_eq!(now / (24 * hour), 30);
        assert_eq!(noted, 65);
        engine::identity::forget(db, &limits, at(now)).await.unwrap();
        assert!(store::sessions::find(db, id).await.unwrap().is_none());

        let short = Limits { idle: TimeDelta::minutes(10), ..limits };
        let another = enter(db, "a@example.com", at(now)).await.unwrap();
        let of = async |second| {
            sessions::recognise(db, another.secret.reveal(), &short, at(now + second))
                .await
                .unwrap()
        };
        assert!(!of(299).await.unwrap().unseen);
        assert!(of(300).await.unwrap().unseen);
        assert!(of(600).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn people_see_their_sessions_and_end_them() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let limits = Limits::default();
        with_password(db, "a@example.com").await;
        with_password(db, "b@example.com").await;
        let mine: [SignedIn; 3] = [
            enter(db, "a@example.com", at(0)).await.unwrap(),
            enter(db, "a@example.com", at(1)).await.unwrap(),
            enter(db, "a@example.com", at(2)).await.unwrap(),
        ];
        let other = enter(db, "b@example.com", at(0)).await.unwrap();
        let me = recognised(db, &mine[0], at(3)).await.unwrap();
        let list = async || sessions::list(db, &me, &limits, at(3)).await.unwrap();
        let ids: Vec<_> = list().await.iter().map(|it: &Session| it.id).collect();
        assert_eq!(ids, [mine[2].session.id, mine[1].session.id, mine[0].session.id]);
        let refused = sessions::end(db, &me, other.session.id).await;
        assert!(matches!(refused, Err(EngineError::NotFound { .. })));
        sessions::end(db, &me, mine[1].session.id).await.unwrap();
        assert!(recognised(db, &mine[1], at(3)).await.is_none());
        assert_eq!(sessions::end_all(db, &me, false).await.unwrap(), 1);
        assert_eq!(list().await.len(), 1);
        sessions::sign_out(db, &me).await.unwrap();
        assert!(recognised(db, &mine[0], at(3)).await.is_none());
        assert!(recognised(db, &other, at(3)).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_link_to_sign_in_is_for_who_is_known_and_nobody_is_told_who_that_is() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        person(db, "a@example.com", false).await;
        let (outcome, letter) = request(db, "nobody@example.com", address(1), at(0)).await;
        assert!(outcome.unwrap().is_none() && letter.is_none());
        let (outcome, letter) = request(db, "A@example.com", address(1), at(0)).await;
        assert!(outcome.unwrap().is_some());
        let secret = letter.unwrap();
        links::open(db, &secret, at(1)).await.unwrap();
        let opened = links::open(db, &secret, at(2)).await.unwrap();
        assert_eq!(opened.person.unwrap().email, "a@example.com");
        let arrived = arrive(db, &secret, at(3)).await.unwrap();
        assert!(!arrived.new_person && arrived.signed_in.person.email == "a@example.com");
        assert_eq!(trouble(arrive(db, &secret, at(4)).await), LinkTrouble::Used);
        assert_eq!(trouble(links::open(db, &secret, at(4)).await), LinkTrouble::Used);

        let secret = request(db, "a@example.com", address(1), at(5)).await.1.unwrap();
        let late = at(5) + Limits::default().sign_in_link;
        assert_eq!(trouble(arrive(db, &secret, late).await), LinkTrouble::Expired);
        for unknown in ["", "x", Secret::clone(&arrived.signed_in.secret).reveal()] {
            assert_eq!(trouble(arrive(db, unknown, at(6)).await), LinkTrouble::Unknown);
        }
    })
    .await;
}

#[tokio::test]
async fn links_are_sent_five_times_an_hour_to_one_address_and_twenty_times_from_one() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        person(db, "a@example.com", false).await;
        for email in ["a@example.com", "nobody@example.com"] {
            for number in 0..8 {
                let (outcome, _) = request(db, email, address(number), at(0)).await;
                assert_eq!(outcome.is_ok(), number < 5, "{email} {number}");
            }
            let limited = request(db, email, address(9), at(3599)).await.0.unwrap_err();
            let EngineError::RateLimited { retry_after } = limited else { panic!("{limited}") };
            assert_eq!(retry_after.as_secs(), 1);
            assert!(request(db, email, address(9), at(3600)).await.0.is_ok());
        }
        let mut sent = 0;
        for number in 0..40 {
            let email = format!("p{number}@example.com");
            sent += u32::from(request(db, &email, address(200), at(0)).await.0.is_ok());
        }
        assert_eq!(sent, 20);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_twenty_who_use_a_link_at_once_gets_in() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let company = organisation(db, "Eksempel ApS", OrganisationKind::Company).await;
        let (_, secret) = invite(db, &system(), &company, "new@example.com", Role::Member).await;
        let tries = (0..20).map(|_| {
            let (db, secret) = (db.clone(), secret.clone());
            tokio::spawn(async move { arrive(&db, &secret, at(1)).await })
        });
        let mut got_in = 0;
        for it in tries.collect::<Vec<_>>() {
            match it.await.unwrap() {
                Ok(_) => got_in += 1,
                Err(EngineError::LinkUnusable(LinkTrouble::Used)) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(got_in, 1);
        let listed =
            people::list(db, &system(), &PeopleFilter::default(), 9, None).await.unwrap().rows;
        assert_eq!(store::sessions::list(db, listed[0].id).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_makes_a_person_and_a_member() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let company = organisation(db, "Eksempel ApS", OrganisationKind::Company).await;
        let (link, secret) = invite(db, &system(), &company, "New@example.com", Role::Member).await;
        let opened = links::open(db, &secret, at(1)).await.unwrap();
        assert_eq!((opened.organisation.unwrap(), opened.person), (company.clone(), None));
        let arrived = arrive(db, &secret, at(1)).await.unwrap();
        assert_eq!(arrived.link.id, link.id);
        assert!(arrived.new_person && arrived.joined.is_some());
        assert_eq!(arrived.signed_in.person.name, "Somebody new");
        let actor = recognised(db, &arrived.signed_in, at(2)).await.unwrap();
        assert!(actor.is_member_of(company.id) && !actor.is_secretariat());

        // Invited once more: known, and a member already.
        let (_, secret) = invite(db, &actor, &company, "new@example.com", Role::Member).await;
        let again = arrive(db, &secret, at(3)).await.unwrap();
        assert!(!again.new_person && again.joined.is_none());
        assert_eq!(again.signed_in.person.id, actor.person.id);
        let outbox = letters::list(db, &system(), 9, None).await.unwrap().rows;
        assert_eq!(outbox.len(), 2);
        assert_eq!(outbox[0].recipient, "new@example.com");
    })
    .await;
}

#[tokio::test]
async fn who_may_invite_whom_into_what() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let company = organisation(db, "Eksempel ApS", OrganisationKind::Company).await;
        let cluster = organisation(db, "Eksempel Klynge", OrganisationKind::Cluster).await;
        let member = member(db, &company, "m@example.com", Role::Member).await;
        let colleague = self::member(db, &cluster, "c@example.com", Role::Member).await;
        let secretariat = self::member(db, &cluster, "s@example.com", Role::Secretariat).await;
        let administrator = signed_in(db, &person(db, "a@example.com", true).await).await;
        let stranger = signed_in(db, &person(db, "x@example.com", false).await).await;
        let may = async |actor: &Actor, into: &Organisation, role| {
            let invited = try_invite(db, actor, into, "new@example.com", role).await;
            invited
                .map_err(|it| match it {
                    EngineError::NotFound { .. } => 404,
                    EngineError::Forbidden { .. } => 403,
                    EngineError::Invalid { .. } => 422,
                    other => panic!("{other:?}"),
                })
                .map_or_else(|it| it, |_| 200)
        };
        for (actor, into, role, expected) in [
            (&member, &company, Role::Member, 200),
            (&member, &company, Role::Secretariat, 403),
            (&member, &cluster, Role::Member, 404),
            (&colleague, &cluster, Role::Member, 403),
            (&secretariat, &cluster, Role::Secretariat, 200),
            (&secretariat, &company, Role::Member, 404),
            (&administrator, &company, Role::Member, 200),
            (&administrator, &company, Role::Secretariat, 422),
            (&administrator, &cluster, Role::Secretariat, 200),
            (&stranger, &company, Role::Member, 404),
        ] {
            let got = may(actor, into, role).await;
            assert_eq!(got, expected, "{} {} {role:?}", actor.person.email, into.name);
        }
        for _ in 1..50 {
            try_invite(db, &member, &company, "n@example.com", Role::Member).await.unwrap();
        }
        let limited = try_invite(db, &member, &company, "n@example.com", Role::Member).await;
        assert!(matches!(limited, Err(EngineError::RateLimited { .. })), "{limited:?}");
    })
    .await;
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once_with_all_they_had() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let company = organisation(db, "Eksempel ApS", OrganisationKind::Company).await;
        let administrator = signed_in(db, &person(db, "boss@example.com", true).await).await;
        let id = with_password(db, "a@example.com").await;
        join(db, &company, id, Role::Member).await;
        let session = enter(db, "a@example.com", at(0)).await.unwrap();
        let actor = recognised(db, &session, at(0)).await.unwrap();
        let token = token(db, &actor, &[Scope::Read]).await;
        let to_sign_in = request(db, "a@example.com", address(1), at(0)).await.1.unwrap();
        let (_, made) = invite(db, &actor, &company, "n@example.com", Role::Member).await;
        let proven =
            sign_in::prove(db, "a@example.com", PASSWORD, address(1), at(0)).await.unwrap();

        in_one(db, async |tx| people::disable(tx, &administrator, id, at(1)).await).await.unwrap();

        let limits = Limits::default();
        assert!(recognised(db, &session, at(2)).await.is_none());
        assert!(tokens::recognise(db, &token, &limits, at(2)).await.unwrap().is_none());
        assert_eq!(trouble(arrive(db, &to_sign_in, at(2)).await), LinkTrouble::Revoked);
        assert_eq!(trouble(arrive(db, &made, at(2)).await), LinkTrouble::Revoked);
        let browser = Browser::default();
        let late =
            in_one(db, async |tx| sign_in::enter(tx, &proven, &browser, &limits, at(2)).await)
                .await;
        assert!(matches!(late, Err(EngineError::WrongCredentials)), "{late:?}");
        assert!(request(db, "a@example.com", address(1), at(2)).await.1.is_none());
        let (_, invited) =
            invite(db, &administrator, &company, "a@example.com", Role::Member).await;
        assert_eq!(trouble(arrive(db, &invited, at(3)).await), LinkTrouble::Revoked);
        assert_eq!(trouble(links::open(db, &invited, at(3)).await), LinkTrouble::Revoked);

        in_one(db, async |tx| people::enable(tx, &administrator, id).await).await.unwrap();
        assert!(recognised(db, &session, at(4)).await.is_none());
        let session = enter(db, "a@example.com", at(4)).await.unwrap();
        let end = in_one(db, async |tx| people::end_sessions(tx, &actor, id).await).await;
        assert!(matches!(end, Err(EngineError::Forbidden { .. })), "{end:?}");
        let end = in_one(db, async |tx| people::end_sessions(tx, &administrator, id).await).await;
        assert_eq!(end.unwrap(), 1);
        assert!(recognised(db, &session, at(5)).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_with_the_next_request() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let cluster = organisation(db, "Eksempel Klynge", OrganisationKind::Cluster).await;
        let administrator = signed_in(db, &person(db, "boss@example.com", true).await).await;
        let id = with_password(db, "s@example.com").await;
        join(db, &cluster, id, Role::Secretariat).await;
        let session = enter(db, "s@example.com", at(0)).await.unwrap();
        let actor = recognised(db, &session, at(0)).await.unwrap();
        assert!(actor.is_secretariat_of(cluster.id));
        let (_, made) = invite(db, &actor, &cluster, "n@example.com", Role::Secretariat).await;
        let changed = in_one(db, async |tx| {
            organisations::set_member(tx, &administrator, cluster.id, id, Role::Member, at(1)).await
        })
        .await
        .unwrap();
        assert_eq!((changed.before, changed.after), (Some(Role::Secretariat), Some(Role::Member)));
        let actor = recognised(db, &session, at(1)).await.unwrap();
        assert!(actor.is_member_of(cluster.id) && !actor.is_secretariat_of(cluster.id));
        in_one(db, async |tx| {
            organisations::remove_member(tx, &administrator, cluster.id, id, at(2)).await
        })
        .await
        .unwrap();
        assert!(recognised(db, &session, at(2)).await.unwrap().memberships.is_empty());
        assert_eq!(trouble(arrive(db, &made, at(2)).await), LinkTrouble::Revoked);
    })
    .await;
}

#[tokio::test]
async fn a_changed_password_leaves_one_session_with_a_new_secret() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        with_password(db, "a@example.com").await;
        let here = enter(db, "a@example.com", at(0)).await.unwrap();
        let there = enter(db, "a@example.com", at(0)).await.unwrap();
        let actor = recognised(db, &here, at(0)).await.unwrap();
        let token = token(db, &actor, &[Scope::Read]).await;
        let link = request(db, "a@example.com", address(1), at(0)).await.1.unwrap();
        let new = "another password, longer";
        let prove = async |current, new| {
            account::prove_password(db, &actor, current, new, address(1), at(1)).await
        };
        for current in [None, Some(""), Some("wrong")] {
            let refused = prove(current, new).await;
            assert!(matches!(refused, Err(EngineError::WrongCredentials)), "{refused:?}");
        }
        let refused = prove(Some(PASSWORD), "short").await;
        assert!(matches!(refused, Err(EngineError::Invalid { code: "too-short", .. })));
        let proven = prove(Some(PASSWORD), new).await.unwrap();
        let changed =
            in_one(db, async |tx| account::change_password(tx, &actor, &proven, at(2)).await)
                .await
                .unwrap();
        assert_eq!(changed.ended, 1);
        assert_eq!(changed.signed_in.session.id, here.session.id);
        assert!(recognised(db, &here, at(3)).await.is_none());
        assert!(recognised(db, &there, at(3)).await.is_none());
        assert!(recognised(db, &changed.signed_in, at(3)).await.is_some());
        let limits = Limits::default();
        assert!(tokens::recognise(db, &token, &limits, at(3)).await.unwrap().is_none());
        assert_eq!(trouble(arrive(db, &link, at(3)).await), LinkTrouble::Revoked);
        assert!(enter(db, "a@example.com", at(4)).await.is_err());
        assert!(sign_in::prove(db, "a@example.com", new, address(1), at(60)).await.is_ok());
        // What was proven with the old password is worth nothing any more.
        let again =
            in_one(db, async |tx| account::change_password(tx, &actor, &proven, at(5)).await).await;
        assert!(matches!(again, Err(EngineError::WrongCredentials)), "{again:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_administrator_stays() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let one = signed_in(db, &person(db, "a@example.com", true).await).await;
        let id = one.person.id;
        let refusals = [
            in_one(db, async |tx| people::disable(tx, &one, id, at(1)).await).await,
            in_one(db, async |tx| people::set_administrator(tx, &one, id, false).await).await,
            in_one(db, async |tx| account::delete(tx, &one, at(1)).await).await,
        ];
        for refused in refusals {
            let Err(EngineError::Invalid { code, .. }) = refused else { panic!("{refused:?}") };
            assert_eq!(code, "last-administrator");
        }
        let other = person(db, "b@example.com", false).await;
        in_one(db, async |tx| people::set_administrator(tx, &one, other.id, true).await)
            .await
            .unwrap();
        let two = signed_in(db, &other).await;
        let two = Actor { person: store::people::get(db, other.id).await.unwrap(), ..two };
        // Each removes the other at the same time.
        let (first, second) = tokio::join!(
            in_one(db, async |tx| people::set_administrator(tx, &one, two.person.id, false).await),
            in_one(db, async |tx| people::set_administrator(tx, &two, one.person.id, false).await),
        );
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert!(store::people::has_administrator(db).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn tokens_do_what_their_scopes_say_and_no_more() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let limits = Limits::default();
        let boss = signed_in(db, &person(db, "boss@example.com", true).await).await;
        let plain = signed_in(db, &person(db, "a@example.com", false).await).await;
        let secret = token(db, &boss, &[Scope::Read]).await;
        assert!(secret.starts_with("assay_"));
        let program = tokens::recognise(db, &secret, &limits, at(1)).await.unwrap().unwrap();
        assert!(program.unseen && !program.actor.is_administrator());
        assert!(program.actor.may(Scope::Read) && !program.actor.may(Scope::Write));
        tokens::seen(db, program.token.id, &limits, at(1)).await.unwrap();
        let program = tokens::recognise(db, &secret, &limits, at(2)).await.unwrap().unwrap();
        assert!(!program.unseen);
        let wanted = NewToken {
            name: "More".to_owned(),
            scopes: BTreeSet::from([Scope::Admin]),
            expires_at: at(1000),
        };
        let refused = tokens::create(db, &program.actor, &wanted, at(1)).await;
        assert!(matches!(refused, Err(EngineError::Forbidden { .. })), "{refused:?}");
        let refused = tokens::create(db, &plain, &wanted, at(1)).await;
        assert!(matches!(refused, Err(EngineError::Forbidden { .. })), "{refused:?}");
        let refused = account::update(&db.begin().await.unwrap(), &program.actor, "N", "da").await;
        assert!(matches!(refused, Err(EngineError::Scope(Scope::Write))), "{refused:?}");
        for expires_at in [at(1), at(1) + TimeDelta::days(367)] {
            let wanted = NewToken { expires_at, ..wanted.clone() };
            assert!(tokens::create(db, &boss, &wanted, at(1)).await.is_err());
        }
        let admin = token(db, &boss, &[Scope::Read, Scope::Admin]).await;
        let admin = tokens::recognise(db, &admin, &limits, at(1)).await.unwrap().unwrap();
        assert!(admin.actor.is_administrator());

        let late = at(0) + TimeDelta::days(30);
        assert!(tokens::recognise(db, &secret, &limits, late).await.unwrap().is_none());
        assert!(tokens::recognise(db, "assay_x", &limits, at(1)).await.unwrap().is_none());
        let other = tokens::revoke(db, &plain, program.token.id, at(1)).await;
        assert!(matches!(other, Err(EngineError::NotFound { .. })));
        tokens::revoke(db, &boss, program.token.id, at(1)).await.unwrap();
        assert!(tokens::recognise(db, &secret, &limits, at(1)).await.unwrap().is_none());
        assert_eq!(tokens::list(db, &boss).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn my_data_holds_what_is_known_and_no_secret() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let company = organisation(db, "Eksempel ApS", OrganisationKind::Company).await;
        let id = with_password(db, "a@example.com").await;
        join(db, &company, id, Role::Member).await;
        let session = enter(db, "a@example.com", at(0)).await.unwrap();
        let actor = recognised(db, &session, at(0)).await.unwrap();
        let token = token(db, &actor, &[Scope::Read]).await;
        let data = account::my_data(db, &actor).await.unwrap();
        assert_eq!((data.sessions.len(), data.tokens.len(), data.memberships.len()), (1, 1, 1));
        let text = serde_json::to_string(&data).unwrap();
        assert!(text.contains("a@example.com") && text.contains("Eksempel ApS"));
        for secret in [session.secret.reveal(), &session.session.csrf, &token, "argon2"] {
            assert!(!text.contains(secret), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_deletes_their_account_is_forgotten() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let company = organisation(db, "Eksempel ApS", OrganisationKind::Company).await;
        let id = with_password(db, "gone@example.com").await;
        join(db, &company, id, Role::Member).await;
        let session = enter(db, "gone@example.com", at(0)).await.unwrap();
        let actor = recognised(db, &session, at(0)).await.unwrap();
        token(db, &actor, &[Scope::Read]).await;
        let link = request(db, "gone@example.com", address(1), at(0)).await.1.unwrap();
        let (_, made) = invite(db, &actor, &company, "n@example.com", Role::Member).await;
        let was = in_one(db, async |tx| account::delete(tx, &actor, at(1)).await).await.unwrap();
        assert_eq!(was.email, "gone@example.com");

        assert!(recognised(db, &session, at(2)).await.is_none());
        assert_eq!(trouble(arrive(db, &link, at(2)).await), LinkTrouble::Unknown);
        assert_eq!(trouble(arrive(db, &made, at(2)).await), LinkTrouble::Revoked);
        assert!(enter(db, "gone@example.com", at(60)).await.is_err());
        let left = store::people::get(db, id).await.unwrap();
        assert!(left.email.is_empty() && left.name.is_empty() && !left.has_password);
        assert!(store::memberships::of_person(db, id).await.unwrap().is_empty());
        assert!(store::tokens::list(db, id).await.unwrap().is_empty());
        let outbox = store::messages::list(db, 9, None).await.unwrap().rows;
        assert!(outbox.iter().all(|it| it.recipient != "gone@example.com"));
        let (_, again) = invite(db, &system(), &company, "gone@example.com", Role::Member).await;
        let again = arrive(db, &again, at(3)).await.unwrap();
        assert!(again.new_person && again.signed_in.person.id != id);
    })
    .await;
}

#[tokio::test]
async fn organisations_have_numbers_of_their_own() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let cluster = organisation(db, "Eksempel Klynge", OrganisationKind::Cluster).await;
        let secretariat = member(db, &cluster, "s@example.com", Role::Secretariat).await;
        let plain = member(db, &cluster, "m@example.com", Role::Member).await;
        let company = |name: &str| NewOrganisation {
            name: name.to_owned(),
            kind: OrganisationKind::Company,
            number: Some("12 34 56 78".to_owned()),
        };
        let create = async |actor: &Actor, new: &NewOrganisation| {
            in_one(db, async |tx| organisations::create(tx, actor, new, at(0)).await).await
        };
        let made = create(&secretariat, &company("A")).await.unwrap();
        assert_eq!(made.number.as_deref(), Some("12345678"));
        let taken = create(&secretariat, &company("B")).await;
        assert!(matches!(taken, Err(EngineError::Invalid { code: "taken", .. })), "{taken:?}");
        let new = NewOrganisation { kind: OrganisationKind::Cluster, number: None, ..company("C") };
        assert!(matches!(create(&secretariat, &new).await, Err(EngineError::Forbidden { .. })));
        assert!(matches!(create(&plain, &company("D")).await, Err(EngineError::Forbidden { .. })));
        let other = create(&system(), &new).await.unwrap();
        let change = in_one(db, async |tx| {
            organisations::update(tx, &system(), other.id, "C", Some("12345678")).await
        })
        .await;
        assert!(matches!(change, Err(EngineError::Invalid { code: "taken", .. })), "{change:?}");
        let seen = organisations::get(db, &plain, made.id).await;
        assert!(matches!(seen, Err(EngineError::NotFound { .. })));
        assert_eq!(organisations::members(db, &plain, cluster.id).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn only_administrators_look_after_people() {
    on_each_database(async |fresh| {
        let db = &fresh.db;
        let plain = signed_in(db, &person(db, "a@example.com", false).await).await;
        let other = person(db, "b@example.com", false).await.id;
        let filter = PeopleFilter::default();
        assert!(people::list(db, &plain, &filter, 9, None).await.is_err());
        assert!(letters::list(db, &plain, 9, None).await.is_err());
        assert!(people::get(db, &plain, other).await.is_err());
        assert!(people::get(db, &plain, plain.person.id).await.is_ok());
        for refused in [
            in_one(db, async |tx| people::disable(tx, &plain, other, at(1)).await).await,
            in_one(db, async |tx| people::enable(tx, &plain, other).await).await,
            in_one(db, async |tx| {
                people::set_administrator(tx, &plain, plain.person.id, true).await
            })
            .await,
        ] {
            assert!(matches!(refused, Err(EngineError::Forbidden { .. })), "{refused:?}");
        }
    })
    .await;
}

fn address(number: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, number])
}

fn system() -> Actor {
    Actor::system(at(0))
}

fn trouble<T: std::fmt::Debug>(outcome: Result<T, EngineError>) -> LinkTrouble {
    match outcome {
        Err(EngineError::LinkUnusable(trouble)) => trouble,
        other => panic!("{other:?}"),
    }
}

/// Runs `change` in a transaction that lasts when it succeeds.
async fn in_one<T>(
    db: &Db,
    change: impl AsyncFnOnce(&Transaction) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let tx = db.begin().await?;
    let done = change(&tx).await?;
    tx.commit().await?;
    Ok(done)
}

async fn first(db: &Db, now: DateTime<Utc>) -> Option<Secret> {
    in_one(db, async |tx| links::first(tx, &Limits::default(), now).await).await.unwrap()
}

async fn arrive(db: &Db, secret: &str, now: DateTime<Utc>) -> Result<Arrived, EngineError> {
    let arrival = Arrival {
        email: Some("new@example.com".to_owned()),
        name: Some("Somebody new".to_owned()),
        language: "da".to_owned(),
        browser: Browser::default(),
    };
    in_one(db, async |tx| links::use_up(tx, secret, &arrival, &Limits::default(), now).await).await
}

/// Asks for a link to sign in; the secret in the letter, if one is written.
async fn request(
    db: &Db,
    email: &str,
    address: IpAddr,
    now: DateTime<Utc>,
) -> (Result<Option<Link>, EngineError>, Option<String>) {
    let sent = std::sync::Mutex::new(None);
    let letter = |person: &Person, secret: &Secret| {
        *sent.lock().unwrap() = Some(secret.reveal().to_owned());
        letter(&person.email, secret)
    };
    let limits = Limits::default();
    let outcome =
        in_one(db, async |tx| links::request(tx, email, address, letter, &limits, now).await).await;
    (outcome, sent.into_inner().unwrap())
}

async fn try_invite(
    db: &Db,
    actor: &Actor,
    into: &Organisation,
    email: &str,
    role: Role,
) -> Result<(Link, String), EngineError> {
    let invitation = Invitation {
        email: email.to_owned(),
        organisation: into.id,
        role,
        round: None,
        assessment: None,
    };
    let sent = std::sync::Mutex::new(String::new());
    let letter = |_: &Organisation, secret: &Secret| {
        *sent.lock().unwrap() = secret.reveal().to_owned();
        letter(email, secret)
    };
    let limits = Limits::default();
    let link =
        in_one(db, async |tx| links::invite(tx, actor, &invitation, letter, &limits, at(0)).await)
            .await?;
    Ok((link, sent.into_inner().unwrap()))
}

async fn invite(
    db: &Db,
    actor: &Actor,
    into: &Organisation,
    email: &str,
    role: Role,
) -> (Link, String) {
    try_invite(db, actor, into, email, role).await.unwrap()
}

fn letter(recipient: &str, secret: &Secret) -> Letter {
    Letter {
        recipient: recipient.to_owned(),
        subject: "Come in".to_owned(),
        body: secret.reveal().to_owned(),
    }
}

async fn person(db: &Db, email: &str, administrator: bool) -> Person {
    let person = Person {
        id: PersonId::new(at(0)),
        email: email.to_owned(),
        name: "Somebody".to_owned(),
        language: "da".to_owned(),
        has_password: false,
        administrator,
        disabled_at: None,
        deleted_at: None,
        created_at: at(0),
    };
    assert!(store::people::insert(db, &person).await.unwrap());
    person
}

/// The actor that the person is, signed in.
async fn signed_in(db: &Db, person: &Person) -> Actor {
    let secret = request(db, &person.email, address(100), at(0)).await.1.unwrap();
    let arrived = arrive(db, &secret, at(0)).await.unwrap();
    recognised(db, &arrived.signed_in, at(0)).await.unwrap()
}

/// A new person who can sign in with [`PASSWORD`].
async fn with_password(db: &Db, email: &str) -> PersonId {
    let actor = signed_in(db, &person(db, email, false).await).await;
    let new = account::prove_password(db, &actor, None, PASSWORD, address(1), at(0)).await.unwrap();
    in_one(db, async |tx| account::change_password(tx, &actor, &new, at(0)).await).await.unwrap();
    sessions::end_all(db, &actor, true).await.unwrap();
    actor.person.id
}

async fn enter(db: &Db, email: &str, now: DateTime<Utc>) -> Result<SignedIn, EngineError> {
    let proven = sign_in::prove(db, email, PASSWORD, address(1), now).await?;
    let (browser, limits) = (Browser::default(), Limits::default());
    in_one(db, async |tx| sign_in::enter(tx, &proven, &browser, &limits, now).await).await
}

async fn recognised(db: &Db, signed_in: &SignedIn, now: DateTime<Utc>) -> Option<Actor> {
    let secret = signed_in.secret.reveal();
    let found = sessions::recognise(db, secret, &Limits::default(), now).await.unwrap();
    found.map(|it| it.actor)
}

async fn token(db: &Db, actor: &Actor, scopes: &[Scope]) -> String {
    let new = NewToken {
        name: "Program".to_owned(),
        scopes: scopes.iter().copied().collect(),
        expires_at: at(0) + TimeDelta::days(30),
    };
    tokens::create(db, actor, &new, at(0)).await.unwrap().1.reveal().to_owned()
}

async fn organisation(db: &Db, name: &str, kind: OrganisationKind) -> Organisation {
    let new = NewOrganisation { name: name.to_owned(), kind, number: None };
    in_one(db, async |tx| organisations::create(tx, &system(), &new, at(0)).await).await.unwrap()
}

async fn join(db: &Db, organisation: &Organisation, person: PersonId, role: Role) {
    let organisation = organisation.id;
    let membership = Membership { organisation, person, role, created_at: at(0) };
    store::memberships::put(db, &membership).await.unwrap();
}

/// A new person who belongs to the organisation, signed in.
async fn member(db: &Db, organisation: &Organisation, email: &str, role: Role) -> Actor {
    let person = person(db, email, false).await;
    join(db, organisation, person.id, role).await;
    signed_in(db, &person).await
}

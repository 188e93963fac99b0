use super::*;
use crate::webhook::certificates::tests::{days, first, names, next, secret, start};

#[test]
fn what_is_written_is_read_back() {
    let before = first(start());
    let material = next(&Stored::read(&secret(&before)), days(250));
    assert_eq!(material.previous().len(), 1);
    let stored = Stored::read(&secret(&material));
    assert_eq!(stored.authority.as_ref(), Ok(material.authority()));
    assert_eq!(stored.previous, material.previous());
    assert_eq!(stored.serving.as_ref(), Ok(material.serving()));
}

#[test]
fn other_keys_of_the_secret_stay() {
    let other = BTreeMap::from([("note".to_owned(), ByteString(b"hands off".to_vec()))]);
    let data = data(&first(start()), Some(other));
    assert_eq!(data["note"].0, b"hands off");
    assert_eq!(data.len(), 6);
}

type Changes<'a> = &'a [(&'a str, &'a str)];

/// Whatever stands in the Secret, the next round ends with a set that is good.
#[test]
fn every_broken_secret_is_repaired() {
    use Flaw::{Absent, NotAuthority, NotCertificate, NotKey, NotPem, OtherKey, Several};
    let now = days(1);
    let (ours, theirs) = (first(start()), secret(&first(start())));
    let theirs = theirs.data.unwrap();
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let no_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let twice = ours.serving().certificate().pem().repeat(2);
    let leaf = ours.serving().certificate().pem();
    let leaf_key = ours.serving().key().expose();
    let other = |key: &str| String::from_utf8(theirs[key].0.clone()).unwrap();
    let cases: [(Changes<'_>, Option<Flaw>, Option<Flaw>); 15] = [
        (&[], None, None),
        (&[(CA_CRT, "")], Some(Absent), None),
        (&[(CA_CRT, "hello")], Some(NotPem), None),
        (&[(CA_CRT, garbage)], Some(NotCertificate), None),
        (&[(CA_KEY, "")], Some(Absent), None),
        (&[(CA_KEY, "hello")], Some(NotPem), None),
        (&[(CA_KEY, no_key)], Some(NotKey), None),
        (&[(CA_KEY, &other(CA_KEY))], Some(OtherKey), None),
        (
            &[(CA_CRT, leaf), (CA_KEY, leaf_key)],
            Some(NotAuthority),
            None,
        ),
        (&[(TLS_CRT, "")], None, Some(Absent)),
        (&[(TLS_CRT, &twice)], None, Some(Several)),
        (&[(TLS_KEY, garbage)], None, Some(NotPem)),
        (&[(TLS_KEY, &other(TLS_KEY))], None, Some(OtherKey)),
        (
            &[(TLS_CRT, "\u{0}"), (CA_KEY, "\u{0}")],
            Some(NotPem),
            Some(NotPem),
        ),
        (&[(CA_PREVIOUS_CRT, "no certificates at all")], None, None),
    ];
    for (changes, authority, serving) in cases {
        let mut broken = secret(&ours);
        let data = broken.data.as_mut().unwrap();
        for (key, value) in changes {
            data.insert((*key).to_owned(), ByteString(value.as_bytes().to_vec()));
        }
        let stored = Stored::read(&broken);
        assert_eq!(
            stored.authority.as_ref().err().copied(),
            authority,
            "{changes:?}"
        );
        assert_eq!(
            stored.serving.as_ref().err().copied(),
            serving,
            "{changes:?}"
        );
        let repaired = next(&stored, now);
        assert_eq!(
            repaired.serving().verify(repaired.trusted(), &names(), now),
            Ok(())
        );
        let settled = next(&Stored::read(&secret(&repaired)), now);
        assert_eq!(settled, repaired, "repaired once and for all: {changes:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_a_flaw() {
    let mut broken = secret(&first(start()));
    broken
        .data
        .as_mut()
        .unwrap()
        .insert(TLS_CRT.to_owned(), ByteString(vec![0xff, 0xfe]));
    assert_eq!(Stored::read(&broken).serving, Err(Flaw::NotPem));
}

#[test]
fn an_authority_that_lost_its_key_is_still_trusted() {
    let material = first(start());
    let mut broken = secret(&material);
    broken.data.as_mut().unwrap().remove(CA_KEY);
    let stored = Stored::read(&broken);
    assert_eq!(
        stored.previous,
        [material.authority().certificate().clone()]
    );
}

#[test]
fn a_deleted_secret_is_replaced_with_the_old_authority_trusted_for_a_while() {
    let old = first(start());
    let trusted: Vec<Certificate> = old.trusted().cloned().collect();
    let mut deleted = Stored::absent();
    deleted.remember(&trusted);
    let new = next(&deleted, days(1));
    assert_ne!(new.authority(), old.authority());
    assert_eq!(
        old.serving().verify(new.trusted(), &names(), days(1)),
        Ok(())
    );

    // One that is whole is not added to: an authority can be taken out by hand.
    let mut whole = Stored::read(&secret(&new));
    whole.previous.clear();
    whole.remember(&trusted);
    assert_eq!(whole.previous, []);
}

#[test]
fn repairs_do_not_pile_up_authorities() {
    let mut material = first(start());
    for day in 1..12 {
        let mut broken = secret(&material);
        broken.data.as_mut().unwrap().remove(CA_KEY);
        material = next(&Stored::read(&broken), days(day));
    }
    assert_eq!(material.previous().len(), 4);
    assert_eq!(
        material
            .serving()
            .verify(material.trusted(), &names(), days(12)),
        Ok(())
    );
}

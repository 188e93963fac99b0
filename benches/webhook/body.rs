//! The AdmissionReviews that are sent: the same Deployment a thousand times over, under other names.
//!
//! They are made from text, not from a JSON value, so that the keys stand in the order in which the API server writes them.

use std::sync::LazyLock;

use hyper::body::Bytes;

/// What a review asks, and so what must be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// CREATE of a Deployment that passes every spec check: allowed.
    CreateCompliant,
    /// CREATE of one without limits, with a writable root file system, as root and at `latest`: denied.
    CreateViolating,
    /// UPDATE of a compliant Deployment to another image, with the old object: allowed.
    UpdateCompliant,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CreateCompliant => "create-compliant",
            Self::CreateViolating => "create-violating",
            Self::UpdateCompliant => "update-compliant",
        }
    }

    /// The answer of whoever judges.
    pub(crate) fn allowed(self) -> bool {
        self != Self::CreateViolating
    }
}

/// Whether a Deployment passes the spec checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// All of them.
    Compliant,
    /// Not limits, run-as-non-root, read-only-root-filesystem and image-tag.
    Violating,
}

/// One AdmissionReview as the API server would send it, and the uid its answer must carry.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) uid: String,
}

/// `count` different reviews of one kind. Those that create name Deployments that are not among the first `cached` ones, those that
/// update name some of them.
pub(crate) fn reviews(kind: Kind, count: usize, cached: usize) -> Vec<Body> {
    use Shape::{Compliant, Violating};
    (0..count)
        .map(|n| match kind {
            Kind::CreateCompliant => {
                review(cached + n, &deployment(cached + n, 1, Compliant), None)
            }
            Kind::CreateViolating => {
                review(cached + n, &deployment(cached + n, 1, Violating), None)
            }
            Kind::UpdateCompliant => {
                let old = deployment(n, 1, Compliant);
                review(n, &deployment(n, 2, Compliant), Some(&old))
            }
        })
        .collect()
}

/// The Deployment with this number as the API server stores it (defaulted, managed fields and all), as JSON: what the reviews carry,
/// and what the cache of the webhook under test is filled with.
pub(crate) fn deployment(number: usize, generation: u32, shape: Shape) -> String {
    static TEMPLATE: LazyLock<String> = LazyLock::new(|| compact(include_str!("deployment.json")));

    let compliant = shape == Shape::Compliant;
    let app = APPS[number % APPS.len()];
    let tag = format!("2.{generation}.{}", number % 40);
    let fill = [
        ("$NAMESPACE", namespace(number)),
        ("$NAME", name(number)),
        ("$UID", uid("deployment", number)),
        ("$APP", app.to_owned()),
        ("$TEAM", TEAMS[number % TEAMS.len()].to_owned()),
        ("$GENERATION", generation.to_string()),
        ("$VERSION", tag.clone()),
        ("$IMAGE_TAG", if compliant { tag } else { "latest".into() }),
        (
            "$LIMITS",
            if compliant {
                LIMITS.into()
            } else {
                String::new()
            },
        ),
        ("$READ_ONLY", compliant.to_string()),
        ("$NON_ROOT", compliant.to_string()),
    ];
    fill_in(&TEMPLATE, &fill)
}

fn review(number: usize, object: &str, old_object: Option<&str>) -> Body {
    static TEMPLATE: LazyLock<String> = LazyLock::new(|| compact(include_str!("review.json")));

    let (operation, options) = match old_object {
        None => ("CREATE", "CreateOptions"),
        Some(_) => ("UPDATE", "UpdateOptions"),
    };
    let uid = uid(operation, number);
    let fill = [
        ("$NAMESPACE", namespace(number)),
        ("$NAME", name(number)),
        ("$UID", uid.clone()),
        ("$OPERATION", operation.to_owned()),
        ("$OPTIONS", options.to_owned()),
        ("$OBJECT", object.to_owned()),
        ("$OLD_OBJECT", old_object.unwrap_or("null").to_owned()),
    ];
    Body {
        bytes: fill_in(&TEMPLATE, &fill).into(),
        uid,
    }
}

const APPS: [&str; 12] = [
    "cart",
    "catalogue",
    "checkout",
    "currency",
    "email",
    "frontend",
    "identity",
    "inventory",
    "payments",
    "recommendations",
    "search",
    "shipping",
];
const TEAMS: [&str; 5] = ["buying", "discovery", "fulfilment", "money", "platform"];
const LIMITS: &str = r#""limits":{"cpu":"1","memory":"512Mi"},"#;

fn name(number: usize) -> String {
    format!("{}-{number:05}", APPS[number % APPS.len()])
}

/// A hundred Deployments to a namespace.
fn namespace(number: usize) -> String {
    format!("shop-{:03}", number / 100)
}

/// The same uid for the same number in every run.
fn uid(of: &str, number: usize) -> String {
    let salt = of.bytes().fold(0, |hash: u64, byte| {
        hash.wrapping_mul(31).wrapping_add(byte.into())
    });
    let high = mix(salt ^ number as u64);
    let low = mix(high);
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0xfff,
        low & 0xffff_ffff_ffff
    )
}

/// The finalizer of splitmix64: enough to make uids differ everywhere.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Without the line breaks and spaces that make the templates readable; none of their strings holds any of these.
fn compact(template: &str) -> String {
    let joined: String = template.lines().map(str::trim).collect();
    joined.replace("\": ", "\":").replace(", ", ",")
}

/// In the given order: of two placeholders where one begins with the other, the longer comes first.
fn fill_in(template: &str, values: &[(&str, String)]) -> String {
    values
        .iter()
        .fold(template.to_owned(), |text, (placeholder, value)| {
            text.replace(placeholder, value)
        })
}

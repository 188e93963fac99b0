//! AdmissionReview v1: what is read of a request, and the response.
//!
//! The objects in it are decoded straight into records, in the one pass over the bytes; nothing else of them is kept.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::gate::{Scale, scalable};
use crate::model::{self, Kind, Object};

/// What is read of `request`.
#[derive(Debug, Default)]
pub struct Request<'a> {
    /// The UID that the response must repeat.
    pub uid: Cow<'a, str>,
    /// The kind of the object; `None` for one that Plimsoll keeps no records of.
    pub kind: Option<Kind>,
    /// The subresource that is written; empty for the object itself.
    pub sub_resource: Cow<'a, str>,
    /// The object's namespace.
    pub namespace: Cow<'a, str>,
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    pub operation: Cow<'a, str>,
    /// Who asks.
    pub username: Cow<'a, str>,
    /// The kind of what is scaled, where a scale is written.
    pub scaled: Option<Kind>,
    /// The scale as it would be.
    pub scale: Option<Scale<'a>>,
    /// The object as it would be.
    pub object: Option<Object>,
    /// The object as it is.
    pub old_object: Option<Object>,
}

/// Reads an AdmissionReview.
///
/// # Errors
/// Where it is no JSON, no AdmissionReview v1 with a request, or an object in it cannot be decoded. The error names the line
/// and column, and the field where it is known.
pub fn read(body: &[u8]) -> Result<Request<'_>, serde_json::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Review<'a> {
        #[serde(borrow)]
        api_version: Cow<'a, str>,
        #[serde(borrow)]
        kind: Cow<'a, str>,
        #[serde(borrow)]
        request: Request<'a>,
    }
    let review: Review<'_> = serde_json::from_slice(body)?;
    if review.kind != "AdmissionReview" || review.api_version != "admission.k8s.io/v1" {
        let what = format!("{}, {}", review.api_version, review.kind);
        return Err(Error::custom(format!(
            "expected admission.k8s.io/v1, AdmissionReview; got {what}"
        )));
    }
    Ok(review.request)
}

/// A text that is borrowed from the body where it has no escapes.
#[derive(Deserialize, Default)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Request<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Request<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the request of an AdmissionReview")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Request<'de>, A::Error> {
                let mut request = Request::default();
                let (mut kind_is_known, mut is_scale) = (false, false);
                // The API server sends the kind first; JSON does not promise it.
                let mut early: [Option<Value>; 2] = [None, None];
                while let Some(Text(key)) = map.next_key()? {
                    match &*key {
                        "uid" => request.uid = text(&mut map)?,
                        "kind" => {
                            let kind = map.next_value::<GroupVersionKind<'_>>()?;
                            request.kind = kind.known();
                            is_scale = kind.is_scale();
                            kind_is_known = true;
                        }
                        "resource" => {
                            let GroupResource { group, resource } = map.next_value()?;
                            request.scaled = scalable(&group, &resource);
                        }
                        "object" if is_scale => request.scale = map.next_value()?,
                        "subResource" => request.sub_resource = text(&mut map)?,
                        "namespace" => request.namespace = text(&mut map)?,
                        "operation" => request.operation = text(&mut map)?,
                        "userInfo" => {
                            let user: UserInfo<'_> = map.next_value()?;
                            request.username = user.username;
                        }
                        "object" if kind_is_known => {
                            request.object = map.next_value_seed(Record(request.kind))?;
                        }
                        "oldObject" if kind_is_known => {
                            request.old_object = map.next_value_seed(Record(request.kind))?;
                        }
                        "object" => early[0] = Some(map.next_value()?),
                        "oldObject" => early[1] = Some(map.next_value()?),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                let late = |value: Option<Value>| match value {
                    Some(value) => Record(request.kind)
                        .deserialize(value)
                        .map_err(Error::custom),
                    None => Ok(None),
                };
                let [object, old_object] = early;
                request.object = late(object)?.or(request.object);
                request.old_object = late(old_object)?.or(request.old_object);
                Ok(request)
            }
        }
        from.deserialize_map(Fields)
    }
}

fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Cow<'de, str>, A::Error> {
    map.next_value::<Option<Text<'de>>>()
        .map(|text| text.unwrap_or_default().0)
}

#[derive(Deserialize)]
struct UserInfo<'a> {
    #[serde(borrow, default)]
    username: Cow<'a, str>,
}

#[derive(Deserialize)]
struct GroupVersionKind<'a> {
    #[serde(borrow, default)]
    group: Cow<'a, str>,
    #[serde(borrow, default)]
    version: Cow<'a, str>,
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
struct GroupResource<'a> {
    #[serde(borrow, default)]
    group: Cow<'a, str>,
    #[serde(borrow, default)]
    resource: Cow<'a, str>,
}

impl GroupVersionKind<'_> {
    fn is_scale(&self) -> bool {
        self.group == "autoscaling" && self.kind == "Scale"
    }

    fn known(&self) -> Option<Kind> {
        let group_version = match &*self.group {
            "" => Cow::Borrowed(&*self.version),
            group => Cow::Owned(format!("{group}/{}", self.version)),
        };
        Kind::of(&group_version, &self.kind)
    }
}

/// The record of an object that may be `null`; none of a kind that there are no records of.
struct Record(Option<Kind>);

impl<'de> DeserializeSeed<'de> for Record {
    type Value = Option<Object>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        match self.0 {
            Some(_) => from.deserialize_option(self),
            None => IgnoredAny::deserialize(from).map(|_| None),
        }
    }
}

impl<'de> Visitor<'de> for Record {
    type Value = Option<Object>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or null")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        self.0.map(|kind| model::decode(kind, from)).transpose()
    }
}

/// A response, as it is sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response<'a> {
    api_version: &'static str,
    kind: &'static str,
    response: Answer<'a>,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    uid: &'a str,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Status {
    code: u16,
    reason: &'static str,
    message: String,
}

impl<'a> Response<'a> {
    /// The request is admitted, with warnings.
    pub fn admit(uid: &'a str, warnings: Vec<String>) -> Self {
        Self::new(Answer {
            uid,
            allowed: true,
            status: None,
            warnings,
        })
    }

    /// The request is rejected, with what the requester is told.
    pub fn deny(uid: &'a str, message: String, warnings: Vec<String>) -> Self {
        let status = Some(Status {
            code: 403,
            reason: "Forbidden",
            message,
        });
        Self::new(Answer {
            uid,
            allowed: false,
            status,
            warnings,
        })
    }

    fn new(response: Answer<'a>) -> Self {
        Self {
            api_version: "admission.k8s.io/v1",
            kind: "AdmissionReview",
            response,
        }
    }
}

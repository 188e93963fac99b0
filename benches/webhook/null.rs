//! The webhook that everything is measured against: it decodes the review as any kube-rs webhook would, and says yes.

use axum::{
    Router,
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use kube::core::{
    DynamicObject,
    admission::{AdmissionRequest, AdmissionResponse, AdmissionReview},
};

/// Answers on the path that the load generator posts to.
pub(crate) fn router() -> Router {
    Router::new().route(super::PATH, post(allow))
}

async fn allow(body: Bytes) -> Response {
    match answer(&body) {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

fn answer(body: &[u8]) -> anyhow::Result<Vec<u8>> {
    let review: AdmissionReview<DynamicObject> = serde_json::from_slice(body)?;
    let request: AdmissionRequest<DynamicObject> = review.try_into()?;
    let review = AdmissionResponse::from(&request).into_review();
    Ok(serde_json::to_vec(&review)?)
}

//! The few annotations that are read. The others, of which there are many and large ones, are skipped by their names.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::scalar::Str;
use crate::model::{AppArmorAnnotation, Text};

pub(super) const ALB_CERTIFICATE: &str = "alb.ingress.kubernetes.io/certificate-arn";
pub(super) const ALB_PORTS: &str = "alb.ingress.kubernetes.io/listen-ports";
pub(super) const ALB_REDIRECT: &str = "alb.ingress.kubernetes.io/ssl-redirect";
pub(super) const ALB_TARGETS: &str = "alb.ingress.kubernetes.io/target-group-attributes";
pub(super) const APPGW_AFFINITY: &str = "appgw.ingress.kubernetes.io/cookie-based-affinity";
pub(super) const APPGW_CERTIFICATE: &str = "appgw.ingress.kubernetes.io/appgw-ssl-certificate";
pub(super) const APPGW_REDIRECT: &str = "appgw.ingress.kubernetes.io/ssl-redirect";
pub(super) const ARGO_TRACKING: &str = "argocd.argoproj.io/tracking-id";
pub(super) const CLAIM_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
pub(super) const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";
pub(super) const DEFAULT_CLASS_OLD: &str = "storageclass.beta.kubernetes.io/is-default-class";
pub(super) const EMAIL: &str = "email";
pub(super) const GCP_CERTIFICATE: &str = "ingress.gcp.kubernetes.io/pre-shared-cert";
pub(super) const GKE_CERTIFICATE_MAP: &str = "networking.gke.io/certmap";
pub(super) const GKE_CERTIFICATES: &str = "networking.gke.io/managed-certificates";
pub(super) const GKE_TYPE: &str = "networking.gke.io/load-balancer-type";
pub(super) const GKE_TYPE_OLD: &str = "cloud.google.com/load-balancer-type";
pub(super) const HAPROXY_AFFINITY: &str = "haproxy-ingress.github.io/affinity";
pub(super) const HAPROXY_COOKIE: &str = "haproxy.org/cookie-persistence";
pub(super) const HELM_NAMESPACE: &str = "meta.helm.sh/release-namespace";
pub(super) const HELM_RELEASE: &str = "meta.helm.sh/release-name";
pub(super) const HETZNER_PRIVATE: &str = "load-balancer.hetzner.cloud/disable-public-network";
pub(super) const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";
pub(super) const INGRESS_CLASS_DEFAULT: &str = "ingressclass.kubernetes.io/is-default-class";
pub(super) const NGINX_AFFINITY: &str = "nginx.ingress.kubernetes.io/affinity";
pub(super) const NGINX_CANARY: &str = "nginx.ingress.kubernetes.io/canary";
pub(super) const NGINX_FORCE: &str = "nginx.ingress.kubernetes.io/force-ssl-redirect";
pub(super) const NGINX_FOR_GOOD: &str = "nginx.ingress.kubernetes.io/permanent-redirect";
pub(super) const NGINX_FOR_NOW: &str = "nginx.ingress.kubernetes.io/temporal-redirect";
pub(super) const NGINX_PASSTHROUGH: &str = "nginx.ingress.kubernetes.io/ssl-passthrough";
pub(super) const NGINX_REDIRECT: &str = "nginx.ingress.kubernetes.io/ssl-redirect";
pub(super) const NGINX_STICKY: &str = "nginx.com/sticky-cookie-services";
pub(super) const OCI_INTERNAL: &str = "service.beta.kubernetes.io/oci-load-balancer-internal";
pub(super) const OCI_NLB_INTERNAL: &str = "oci-network-load-balancer.oraclecloud.com/internal";
pub(super) const OPENSHIFT_TERMINATION: &str = "route.openshift.io/termination";
pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
pub(super) const TRAEFIK_ENTRYPOINTS: &str = "traefik.ingress.kubernetes.io/router.entrypoints";
pub(super) const TRAEFIK_MIDDLEWARES: &str = "traefik.ingress.kubernetes.io/router.middlewares";
pub(super) const TRAEFIK_STICKY: &str = "traefik.ingress.kubernetes.io/service.sticky.cookie";
pub(super) const TRAEFIK_TLS: &str = "traefik.ingress.kubernetes.io/router.tls";

/// Before the name of a container (`DeprecatedAppArmorBetaContainerAnnotationKeyPrefix`).
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Annotations of Services, by the part of their names behind the common one.
pub(super) mod of_service {
    pub(crate) const ALIBABA_TYPE: &str =
        "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type";
    pub(crate) const AWS_CERTIFICATE: &str =
        "service.beta.kubernetes.io/aws-load-balancer-ssl-cert";
    pub(crate) const AWS_CERTIFIED: &str = "service.beta.kubernetes.io/aws-load-balancer-ssl-ports";
    pub(crate) const AWS_INTERNAL: &str = "service.beta.kubernetes.io/aws-load-balancer-internal";
    pub(crate) const AWS_SCHEME: &str = "service.beta.kubernetes.io/aws-load-balancer-scheme";
    pub(crate) const AWS_TYPE: &str = "service.beta.kubernetes.io/aws-load-balancer-type";
    pub(crate) const AZURE_INTERNAL: &str =
        "service.beta.kubernetes.io/azure-load-balancer-internal";
    pub(crate) const AZURE_RANGES: &str = "service.beta.kubernetes.io/azure-allowed-ip-ranges";
    pub(crate) const DIGITALOCEAN_NETWORK: &str =
        "service.beta.kubernetes.io/do-loadbalancer-network";
    pub(crate) const IBM_TYPE: &str =
        "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type";
    pub(crate) const OPENSTACK_INTERNAL: &str =
        "service.beta.kubernetes.io/openstack-internal-load-balancer";
    pub(crate) const RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
    pub(crate) const SCALEWAY_PRIVATE: &str = "service.beta.kubernetes.io/scw-loadbalancer-private";
    pub(crate) const TENCENT_SUBNET: &str =
        "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid";
}

/// All of them.
const KNOWN: &[&str] = &[
    ALB_CERTIFICATE,
    ALB_PORTS,
    ALB_REDIRECT,
    ALB_TARGETS,
    APPGW_AFFINITY,
    APPGW_CERTIFICATE,
    APPGW_REDIRECT,
    ARGO_TRACKING,
    CLAIM_CLASS,
    DEFAULT_CLASS,
    DEFAULT_CLASS_OLD,
    EMAIL,
    GCP_CERTIFICATE,
    GKE_CERTIFICATE_MAP,
    GKE_CERTIFICATES,
    GKE_TYPE,
    GKE_TYPE_OLD,
    HAPROXY_AFFINITY,
    HAPROXY_COOKIE,
    HELM_NAMESPACE,
    HELM_RELEASE,
    HETZNER_PRIVATE,
    INGRESS_CLASS,
    INGRESS_CLASS_DEFAULT,
    NGINX_AFFINITY,
    NGINX_CANARY,
    NGINX_FORCE,
    NGINX_FOR_GOOD,
    NGINX_FOR_NOW,
    NGINX_PASSTHROUGH,
    NGINX_REDIRECT,
    NGINX_STICKY,
    OCI_INTERNAL,
    OCI_NLB_INTERNAL,
    OPENSHIFT_TERMINATION,
    REVISION,
    TRAEFIK_ENTRYPOINTS,
    TRAEFIK_MIDDLEWARES,
    TRAEFIK_STICKY,
    TRAEFIK_TLS,
    of_service::ALIBABA_TYPE,
    of_service::AWS_CERTIFICATE,
    of_service::AWS_CERTIFIED,
    of_service::AWS_INTERNAL,
    of_service::AWS_SCHEME,
    of_service::AWS_TYPE,
    of_service::AZURE_INTERNAL,
    of_service::AZURE_RANGES,
    of_service::DIGITALOCEAN_NETWORK,
    of_service::IBM_TYPE,
    of_service::OPENSTACK_INTERNAL,
    of_service::RANGES,
    of_service::SCALEWAY_PRIVATE,
    of_service::TENCENT_SUBNET,
];

/// The annotations of an object that are read; `null` is none.
#[derive(Default)]
pub(super) struct Annotations {
    known: Vec<(&'static str, Text)>,
    app_armor: Vec<AppArmorAnnotation>,
}

impl Annotations {
    /// The value of an annotation that is read; an empty one is none.
    pub(super) fn get(&self, name: &str) -> Option<&Text> {
        let (_, value) = self.known.iter().find(|(known, _)| *known == name)?;
        Some(value).filter(|value| !value.is_empty())
    }

    /// Whether an annotation has this value, in whatever case.
    pub(super) fn says(&self, name: &str, value: &str) -> bool {
        self.get(name)
            .is_some_and(|said| said.eq_ignore_ascii_case(value))
    }

    /// What they say of AppArmor, by container.
    pub(super) fn into_app_armor(mut self) -> Box<[AppArmorAnnotation]> {
        self.app_armor
            .sort_by(|one, other| one.container.cmp(&other.container));
        self.app_armor.into()
    }
}

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Annotations;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of strings")
            }
            fn visit_unit<E: Error>(self) -> Result<Annotations, E> {
                Ok(Annotations::default())
            }
            fn visit_none<E: Error>(self) -> Result<Annotations, E> {
                Ok(Annotations::default())
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Annotations, D::Error> {
                from.deserialize_map(self)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Annotations, A::Error> {
                let mut annotations = Annotations::default();
                while let Some(name) = map.next_key()? {
                    match name {
                        Name::Known(name) => {
                            let value: Option<Str> = map.next_value()?;
                            annotations.known.push((name, super::text(value)));
                        }
                        Name::AppArmor(container) => {
                            let profile = super::text(map.next_value()?);
                            annotations
                                .app_armor
                                .push(AppArmorAnnotation { container, profile });
                        }
                        Name::Other => _ = map.next_value::<IgnoredAny>()?,
                    }
                }
                Ok(annotations)
            }
        }
        from.deserialize_option(Expected)
    }
}

/// The name of an annotation.
enum Name {
    /// One that is read, of the program's own.
    Known(&'static str),
    /// What is said of AppArmor, for this container.
    AppArmor(Text),
    /// One that is skipped.
    Other,
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = Name;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Name, E> {
                if let Some(container) = text.strip_prefix(APP_ARMOR) {
                    return Ok(Name::AppArmor(container.into()));
                }
                let known = KNOWN.iter().find(|known| **known == text);
                Ok(known.map_or(Name::Other, |known| Name::Known(known)))
            }
        }
        from.deserialize_str(Expected)
    }
}

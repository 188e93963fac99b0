//! The control plane's own certificate authority and what it signs.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};

use crate::error::Error;
use crate::folder::write;

/// The files of a certificate and its key.
#[derive(Debug, Clone)]
pub(crate) struct KeyFiles {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

/// A fresh certificate authority that writes what it makes into one folder.
pub(crate) struct Authority {
    folder: PathBuf,
    cert: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes the authority and writes `ca.crt`; its key stays in memory.
    pub(crate) fn create(folder: &Path) -> Result<Authority, Error> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyCertSign,
        ];
        params
            .distinguished_name
            .push(DnType::CommonName, "plimsoll-controlplane");
        let key = KeyPair::generate()?;
        let cert = params.self_signed(&key)?;
        let authority = Authority {
            folder: folder.to_owned(),
            cert,
            issuer: Issuer::new(params, key),
        };
        write(&authority.cert_file(), &authority.cert.pem())?;
        Ok(authority)
    }

    /// The authority's certificate as PEM.
    pub(crate) fn pem(&self) -> String {
        self.cert.pem()
    }

    /// The file with the authority's certificate.
    pub(crate) fn cert_file(&self) -> PathBuf {
        self.folder.join("ca.crt")
    }

    /// A serving certificate for `names`: DNS names and IP addresses.
    pub(crate) fn server(&self, file: &str, names: &[&str]) -> Result<KeyFiles, Error> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let params = CertificateParams::new(names)?;
        self.issue(file, params, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A client certificate: the API server takes the common name as user and the organization as group.
    pub(crate) fn client(
        &self,
        file: &str,
        user: &str,
        group: Option<&str>,
    ) -> Result<KeyFiles, Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, user);
        if let Some(group) = group {
            params
                .distinguished_name
                .push(DnType::OrganizationName, group);
        }
        self.issue(file, params, ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// A key pair for ServiceAccount tokens; `cert` is its public half.
    pub(crate) fn token_keys(&self) -> Result<KeyFiles, Error> {
        let key = KeyPair::generate()?;
        self.store("service-accounts", "pub", &key.public_key_pem(), &key)
    }

    fn issue(
        &self,
        file: &str,
        mut params: CertificateParams,
        usage: ExtendedKeyUsagePurpose,
    ) -> Result<KeyFiles, Error> {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let cert = params.signed_by(&key, &self.issuer)?;
        self.store(file, "crt", &cert.pem(), &key)
    }

    fn store(
        &self,
        file: &str,
        extension: &str,
        public: &str,
        key: &KeyPair,
    ) -> Result<KeyFiles, Error> {
        let files = KeyFiles {
            cert: self.folder.join(format!("{file}.{extension}")),
            key: self.folder.join(format!("{file}.key")),
        };
        write(&files.cert, public)?;
        write(&files.key, &key.serialize_pem())?;
        Ok(files)
    }
}

//! TLS: the authority that the user gave, and nobody else's word.

use std::sync::Arc as Shared;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::*;

struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    Authority {
        pem,
        issuer: Issuer::new(params, key),
    }
}

/// Starts a server with a certificate for `name`, good until the end of `until`.
async fn start(authority: &Authority, name: &str, until: i32) -> Server {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2000, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 12, 31);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority.issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Shared::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Shared::new(config));
    Server::start_with(Some(acceptor), |asked, _| {
        if asked.line.ends_with("/metadata") {
            return http("404 Not Found", "", "");
        }
        fhir("200 OK", &insured())
    })
    .await
}

async fn opened(port: u16, pem: &str) -> Result<Arc<dyn Connector>, OpenError> {
    let access = Access {
        authorities: Some(pem.as_bytes().to_vec()),
        ..access(PATIENCE)
    };
    let base = format!("https://localhost:{port}/fhir");
    adapter::open(&base, &access, Handle::current()).await
}

#[tokio::test]
async fn the_authority_that_was_given_is_trusted() {
    let authority = authority("SIMULATION");
    let server = start(&authority, "localhost", 2999).await;
    let connector = opened(server.address.port(), &authority.pem).await.unwrap();
    let mut backend = connector.connect().await.unwrap();
    is_valid(&backend.ask(&number(), now()).await);
}

#[tokio::test]
async fn another_host_an_unknown_authority_and_an_expired_certificate_are_not() {
    let (ours, theirs) = (authority("SIMULATION ours"), authority("SIMULATION theirs"));
    let cases = [
        (
            start(&ours, "elsewhere.invalid", 2999).await,
            &ours.pem,
            "name",
        ),
        (start(&theirs, "localhost", 2999).await, &ours.pem, "issuer"),
        (start(&ours, "localhost", 2001).await, &ours.pem, "expired"),
    ];
    for (server, pem, word) in cases {
        let Err(OpenError::Unreachable(Outage::Down(reason))) =
            opened(server.address.port(), pem).await
        else {
            panic!("{word}: opened");
        };
        assert!(reason.to_lowercase().contains(word), "{word}: {reason}");
        assert!(!reason.contains(TOKEN));
        assert_eq!(server.lines(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_file_of_authorities_without_any_is_a_wrong_setting() {
    let authority = authority("SIMULATION");
    let server = start(&authority, "localhost", 2999).await;
    for pem in [
        "",
        "hello",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let error = opened(server.address.port(), pem).await.err().unwrap();
        assert!(matches!(error, OpenError::Config(_)), "{pem:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_no_connection() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        // What came is read, so that closing does not reset the connection.
        let mut rest = Vec::new();
        stream.shutdown().await.unwrap();
        let _ = stream.read_to_end(&mut rest).await;
    });
    let authority = authority("SIMULATION");
    let Err(OpenError::Unreachable(outage)) = opened(port, &authority.pem).await else {
        panic!("opened");
    };
    assert!(matches!(outage, Outage::Down(_)), "{outage:?}");
}

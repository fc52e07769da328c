package temporal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"

	"go.temporal.io/server/common/rpc/encryption"
)

// internal is the name on the certificate of the engine's inner connections.
const internal = "closedloop-engine"

// innerTLS closes the ports behind the frontend. History, matching and the
// internal frontend know no authorizer and trust whoever reaches them, and on a
// loopback address every program of the machine does. They get a certificate
// that lives and dies with this process, and accept nobody without it.
type innerTLS struct {
	server, client *tls.Config
}

var _ encryption.TLSConfigProvider = (*innerTLS)(nil)

func newInnerTLS() (*innerTLS, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key for inner connections: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: internal},
		DNSNames:     []string{internal},
		NotBefore:    now.Add(-24 * time.Hour), // a clock that is set back must not lock us out
		NotAfter:     now.AddDate(20, 0, 0),    // longer than any process runs
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate for inner connections: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read the certificate for inner connections: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	own := []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}}
	return &innerTLS{
		server: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: own, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert},
		client: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: own, RootCAs: pool, ServerName: internal},
	}, nil
}

func (t *innerTLS) GetInternodeServerConfig() (*tls.Config, error) { return t.server.Clone(), nil }
func (t *innerTLS) GetInternodeClientConfig() (*tls.Config, error) { return t.client.Clone(), nil }

// The frontend speaks plain gRPC on the loopback address and asks for the secret.
func (t *innerTLS) GetFrontendServerConfig() (*tls.Config, error) { return nil, nil }
func (t *innerTLS) GetFrontendClientConfig() (*tls.Config, error) { return nil, nil }

// GetRemoteClusterClientConfig has nothing to say: there is one cluster.
func (t *innerTLS) GetRemoteClusterClientConfig(string) (*tls.Config, error) { return nil, nil }

// GetExpiringCerts is asked for warnings; ours outlives the process.
func (t *innerTLS) GetExpiringCerts(time.Duration) (encryption.CertExpirationMap, encryption.CertExpirationMap, error) {
	return nil, nil, nil
}

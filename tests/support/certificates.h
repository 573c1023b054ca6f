// Certificates for tests of TLS, made anew each time, and a folder for what has to be in files.
#ifndef IPSTORE_ORDERS_TESTS_SUPPORT_CERTIFICATES_H_
#define IPSTORE_ORDERS_TESTS_SUPPORT_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace ipstore::orders::test {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

// A certificate and its private key.
struct Certificate {
  std::unique_ptr<EVP_PKEY, FreeKey> key;
  std::unique_ptr<X509, FreeCertificate> x509;

  std::string Pem() const;  // of the certificate
};

// One that may sign others, and is signed by itself.
Certificate MakeAuthority(const std::string& name);

// One for a server, signed by `authority`. `names` as in subjectAltName: "IP:127.0.0.1".
Certificate MakeServerCertificate(const Certificate& authority, const std::string& names);

// A folder of its own, gone with all that is in it at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  // Writes a file into it and returns its path.
  std::string Write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_SUPPORT_CERTIFICATES_H_

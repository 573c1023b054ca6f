#include "tests/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): POSIX has mkdtemp here

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace ipstore::orders::test {
namespace {

void Require(bool succeeded) {
  if (!succeeded) std::abort();
}

void AddExtension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  Require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Valid for a day, for a new key. Neither names its issuer nor is signed.
Certificate MakeUnsigned(const std::string& name, int serial) {
  constexpr long kAnHour = 3600;        // NOLINT(google-runtime-int): OpenSSL's
  constexpr long kADay = 24 * kAnHour;  // NOLINT(google-runtime-int)
  Certificate made;
  made.key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  made.x509.reset(X509_new());
  Require(made.key != nullptr && made.x509 != nullptr);
  X509* x509 = made.x509.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), -kAnHour);
  X509_gmtime_adj(X509_getm_notAfter(x509), kADay);
  X509_set_pubkey(x509, made.key.get());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what OpenSSL wants
  const auto* bytes = reinterpret_cast<const unsigned char*>(name.c_str());
  Require(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8, bytes, -1,
                                     -1, 0) == 1);
  return made;
}

void Sign(X509* certificate, const Certificate& issuer) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer.x509.get()));
  Require(X509_sign(certificate, issuer.key.get(), nullptr) > 0);
}

}  // namespace

std::string Certificate::Pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  Require(PEM_write_bio_X509(memory.get(), x509.get()) == 1);
  BUF_MEM* text = nullptr;
  BIO_get_mem_ptr(memory.get(), &text);
  return {text->data, text->length};
}

Certificate MakeAuthority(const std::string& name) {
  Certificate authority = MakeUnsigned(name, 1);
  X509* x509 = authority.x509.get();
  AddExtension(x509, x509, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(x509, x509, NID_key_usage, "critical,keyCertSign");
  Sign(x509, authority);
  return authority;
}

Certificate MakeServerCertificate(const Certificate& authority, const std::string& names) {
  Certificate server = MakeUnsigned("a server", 2);
  AddExtension(server.x509.get(), authority.x509.get(), NID_subject_alt_name, names);
  Sign(server.x509.get(), authority);
  return server;
}

TemporaryFolder::TemporaryFolder()
    : path_((std::filesystem::temp_directory_path() / "ipstore-test-XXXXXX").string()) {
  Require(mkdtemp(path_.data()) != nullptr);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::Write(const std::string& name, const std::string& text) const {
  std::string file = path_ + "/" + name;
  std::ofstream(file) << text;
  return file;
}

}  // namespace ipstore::orders::test

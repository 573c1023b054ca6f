// Ownership of what GMime and GLib hand out.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_GMIME_PTR_H_
#define IPSTORE_ORDERS_SERVER_MAIL_GMIME_PTR_H_

#include <gmime/gmime.h>

#include <memory>

namespace ipstore::orders {

struct GObjectUnref {
  void operator()(void* object) const { g_object_unref(object); }
};

// One reference to a GObject.
template <typename Object>
using GObjectPtr = std::unique_ptr<Object, GObjectUnref>;

struct ParserOptionsFree {
  void operator()(GMimeParserOptions* options) const { g_mime_parser_options_free(options); }
};
using ParserOptions = std::unique_ptr<GMimeParserOptions, ParserOptionsFree>;

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_GMIME_PTR_H_

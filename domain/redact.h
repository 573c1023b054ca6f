// Takes personal data out of what is known of a subject (product §4). The one place that says what
// counts as personal; the codec marks the same values in what is stored.
//
// Emptied, because it says who somebody is, how to reach them, or is in somebody's own words:
//   customer            name, e-mail, phone, company name, VAT number (a sole trader's names a
//                       person)
//   delivery address    as a whole, with recipient, phone and instructions
//   own words           comments, reasons, notes of checks, feedback's text, an enquiry's title and
//                       text, the texts of an imported past
//   amendments          the same fields, before and after
//   parcels             the carrier's words ("received by …") and the link to its page, which may
//                       hold name or postal code
//   an imported past    ids of customers that are not the order's own: other systems use names and
//                       e-mail addresses for them
//
// Kept, because the books need it or because it says who acted and when:
//   the customer's id   a pseudonym, and the key by which a customer's subjects are found
//   source, reference   the order's name in the shop's other systems
//   lines, charges, totals, VAT, invoice, payment method, fulfilment method, segment, language
//   who and when        actors by their ids, all times, statuses, a feedback's rating
//   parcels             carrier and tracking number, for claims; the guards look at them too
//   store, vehicle, warehouses, suppliers: the shop's own
#ifndef IPSTORE_ORDERS_DOMAIN_REDACT_H_
#define IPSTORE_ORDERS_DOMAIN_REDACT_H_

#include "domain/activity.h"
#include "domain/enquiry.h"
#include "domain/order.h"

namespace ipstore::orders {

// Each empties the personal values and leaves everything else as it is. Doing it again changes
// nothing. Pure.

// Returns whether the event had any.
bool RedactPersonalData(Event& event);
// The activity's event, and notes in `redacted` that there was something. Returns the same.
bool RedactPersonalData(Activity& activity);
// The state as it stands; `redacted_at` is set by the activity that tells of it (evolve.h).
void RedactPersonalData(Order& order);
void RedactPersonalData(Enquiry& enquiry);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_REDACT_H_

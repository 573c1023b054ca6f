#include "tests/support/requests.h"

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "domain/order.h"
#include "server/services/encode.h"
#include "server/services/tokens.h"

namespace ipstore::orders::test {
namespace {

// What the server fills in may be sent, too: it is ignored.
v1::Order AsRequest(OrderContent content, const std::string& reference) {
  Order order;
  order.content = std::move(content);
  order.content.external_reference = reference;
  order.totals = ComputeTotals(order.content).value();
  order.subject.status = static_cast<std::uint8_t>(OrderStatus::kAwaitingProcessing);
  v1::Order message;
  Encode(order, Audience{.language = Language::kEnglish, .role = Role::kStaff, .now = PlacedAt()},
         &message);
  return message;
}

void SetTime(absl::Time time, google::protobuf::Timestamp* to) {
  to->set_seconds(absl::ToUnixSeconds(time));
}

v1::OrderAction HandoverOf(const v1::Order& order) {
  if (order.method() == v1::FULFILMENT_METHOD_COURIER) return v1::ORDER_ACTION_HAND_TO_CARRIER;
  if (order.method() == v1::FULFILMENT_METHOD_STORE_PICKUP) return v1::ORDER_ACTION_OFFER_PICKUP;
  return v1::ORDER_ACTION_DISPATCH_VEHICLE;
}

v1::Order Take(const Client& staff, const v1::Order& order, v1::OrderAction action) {
  return staff.Must(Stepping(order, action)).order();
}

// One step forward with all that its guards ask for.
v1::Order StepForward(const Client& staff, const v1::Order& order) {
  switch (order.status()) {
    case v1::ORDER_STATUS_AWAITING_PROCESSING:
      return Take(staff, order, v1::ORDER_ACTION_START_PROCESSING);
    case v1::ORDER_STATUS_PROCESSING:
      for (v1::CheckKind check :
           {v1::CHECK_KIND_DETAILS, v1::CHECK_KIND_AVAILABILITY, v1::CHECK_KIND_PAYMENT}) {
        staff.Must(Checking(order, check));
      }
      return Take(staff, order, v1::ORDER_ACTION_START_GATHERING);
    case v1::ORDER_STATUS_GATHERING_PRODUCTS:
      staff.Must(Gathering(order));
      return Take(staff, order, v1::ORDER_ACTION_START_PREPARING);
    case v1::ORDER_STATUS_PREPARING_SHIPMENT:
      staff.Must(Invoicing(order));
      return Take(staff, order, HandoverOf(order));
    default:
      return Take(staff, order, v1::ORDER_ACTION_CONFIRM_RECEIPT);
  }
}

}  // namespace

v1::Order CourierOrder(const std::string& reference) {
  return AsRequest(CourierContent(), reference);
}
v1::Order PickupOrder(const std::string& reference) {
  return AsRequest(PickupContent(), reference);
}
v1::Order VehicleOrder(const std::string& reference) {
  return AsRequest(VehicleContent(), reference);
}

v1::ImportedOrder ImportedOrder(const std::string& reference, std::int64_t line) {
  const OrderInTest imported(Importing(reference));
  const auto& event = std::get<OrderImported>(imported.log().front().event);
  v1::Activity activity;
  Encode(imported.log().front(), Tokens("any"),
         Audience{.language = Language::kEnglish, .role = Role::kStaff, .now = PlacedAt()},
         &activity);
  v1::ImportedOrder entry;
  entry.set_line(line);
  *entry.mutable_order() = activity.order_imported().order();
  *entry.mutable_create_time() = activity.occur_time();
  *entry.mutable_receive_time() = activity.order_imported().receive_time();
  *entry.mutable_past() = activity.order_imported().past();
  *entry.mutable_feedback() = activity.order_imported().feedback();
  if (event.changed_at.has_value()) SetTime(*event.changed_at, entry.mutable_update_time());
  return entry;
}

v1::CreateOrderRequest Creating(v1::Order order) {
  v1::CreateOrderRequest request;
  *request.mutable_order() = std::move(order);
  return request;
}

v1::Order Place(const Client& client, v1::Order order) {
  return client.Must(Creating(std::move(order))).order();
}

v1::TransitionOrderRequest Stepping(const v1::Order& order, v1::OrderAction action) {
  const absl::Time now = absl::Now();
  v1::TransitionOrderRequest request;
  request.set_name(order.name());
  switch (action) {
    case v1::ORDER_ACTION_START_PROCESSING:
      request.mutable_start_processing();
      break;
    case v1::ORDER_ACTION_START_GATHERING:
      request.mutable_start_gathering();
      break;
    case v1::ORDER_ACTION_START_PREPARING:
      request.mutable_start_preparing();
      break;
    case v1::ORDER_ACTION_HAND_TO_CARRIER: {
      v1::Parcel* parcel = request.mutable_hand_to_carrier()->add_parcels();
      parcel->set_carrier("ACS");
      parcel->set_tracking_number("1234567890");
      break;
    }
    case v1::ORDER_ACTION_OFFER_PICKUP:
      SetTime(now + absl::Hours(240), request.mutable_offer_pickup()->mutable_pickup_until());
      break;
    case v1::ORDER_ACTION_DISPATCH_VEHICLE:
      request.mutable_dispatch_vehicle()->set_vehicle("ΙΒΚ-4821");
      SetTime(now + absl::Hours(2),
              request.mutable_dispatch_vehicle()->mutable_window()->mutable_start());
      SetTime(now + absl::Hours(5),
              request.mutable_dispatch_vehicle()->mutable_window()->mutable_end());
      break;
    case v1::ORDER_ACTION_CONFIRM_RECEIPT:
      request.mutable_confirm_receipt();
      break;
    case v1::ORDER_ACTION_CANCEL:
      request.mutable_cancel()->set_reason("Ο πελάτης άλλαξε γνώμη.");
      break;
    case v1::ORDER_ACTION_RETURN_TO_PROCESSING:
      request.mutable_return_to_processing()->set_reason("Ο προμηθευτής δεν έχει πλέον το προϊόν.");
      break;
    case v1::ORDER_ACTION_RETURN_TO_GATHERING: {
      request.mutable_return_to_gathering()->set_reason("Ένα τεμάχιο χτυπήθηκε στη συσκευασία.");
      v1::RegatherLine* line = request.mutable_return_to_gathering()->add_lines();
      line->set_line(1);
      line->set_quantity(1);
      break;
    }
    case v1::ORDER_ACTION_RETURN_UNDELIVERED:
      request.mutable_return_undelivered()->set_reason("Ο παραλήπτης δεν βρέθηκε.");
      break;
    default:
      std::abort();
  }
  return request;
}

v1::RecordCheckRequest Checking(const v1::Order& order, v1::CheckKind check,
                                v1::CheckOutcome outcome) {
  v1::RecordCheckRequest request;
  request.set_name(order.name());
  request.set_check(check);
  request.set_outcome(outcome);
  return request;
}

v1::RecordGatheringRequest Gathering(const v1::Order& order) {
  v1::RecordGatheringRequest request;
  request.set_name(order.name());
  for (const v1::Line& line : order.lines()) {
    const std::int64_t missing = line.quantity() - line.quantity_gathered();
    if (missing == 0) continue;
    v1::GatheredItem* item = request.add_items();
    item->set_line(line.line());
    item->set_quantity(missing);
    item->mutable_source()->set_kind(v1::SOURCE_KIND_WAREHOUSE);
    item->mutable_source()->set_id("ATH-1");
  }
  return request;
}

v1::RecordInvoiceRequest Invoicing(const v1::Order& order) {
  v1::RecordInvoiceRequest request;
  request.set_name(order.name());
  request.mutable_invoice()->set_number("Α-1001");
  request.mutable_invoice()->mutable_date()->set_year(2026);
  request.mutable_invoice()->mutable_date()->set_month(11);
  request.mutable_invoice()->mutable_date()->set_day(2);
  return request;
}

v1::RecordTrackingRequest Tracking(const v1::Order& order, const std::string& tracking_number) {
  v1::RecordTrackingRequest request;
  request.set_name(order.name());
  v1::Parcel* parcel = request.add_parcels();
  parcel->set_carrier("ACS");
  parcel->set_tracking_number(tracking_number);
  return request;
}

v1::UpdateOrderRequest Updating(const v1::Order& order, const std::vector<std::string>& paths) {
  v1::UpdateOrderRequest request;
  *request.mutable_order() = order;
  for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
  request.set_etag(order.etag());
  return request;
}

v1::SetNotificationsRequest Notifying(const v1::Order& order, bool on) {
  v1::SetNotificationsRequest request;
  request.set_name(order.name());
  request.set_notifications_on(on);
  return request;
}

v1::SubmitFeedbackRequest Rating(const v1::Order& order, int rating, const std::string& text) {
  v1::SubmitFeedbackRequest request;
  request.set_name(order.name());
  request.set_rating(rating);
  request.set_text(text);
  return request;
}

v1::CreateCommentRequest Commenting(const v1::Order& order, const std::string& text,
                                    v1::Visibility visibility) {
  v1::CreateCommentRequest request;
  request.set_parent(order.name());
  request.mutable_comment()->set_text(text);
  request.mutable_comment()->set_visibility(visibility);
  return request;
}

v1::CreateEnquiryRequest Asking(const std::string& title) {
  const EnquiryContent content = QuestionAbout(std::nullopt);
  v1::CreateEnquiryRequest request;
  v1::Enquiry& enquiry = *request.mutable_enquiry();
  enquiry.set_kind(v1::ENQUIRY_KIND_QUESTION);
  enquiry.mutable_customer()->set_id(content.customer.id);
  enquiry.mutable_customer()->set_name(content.customer.name);
  enquiry.mutable_customer()->set_email(content.customer.email);
  enquiry.mutable_customer()->set_language("el");
  enquiry.set_title(title);
  enquiry.set_text(content.text);
  return request;
}

v1::TransitionEnquiryRequest Stepping(const v1::Enquiry& enquiry, v1::EnquiryAction action) {
  v1::TransitionEnquiryRequest request;
  request.set_name(enquiry.name());
  request.set_action(action);
  return request;
}

v1::CreateCommentRequest Commenting(const v1::Enquiry& enquiry, const std::string& text,
                                    v1::Visibility visibility) {
  v1::CreateCommentRequest request;
  request.set_parent(enquiry.name());
  request.mutable_comment()->set_text(text);
  request.mutable_comment()->set_visibility(visibility);
  return request;
}

v1::GetOrderRequest Getting(const v1::Order& order) {
  v1::GetOrderRequest request;
  request.set_name(order.name());
  return request;
}

v1::Order WalkTo(const Client& staff, const v1::Order& order, v1::OrderStatus status) {
  if (status == v1::ORDER_STATUS_CANCELLED) return Take(staff, order, v1::ORDER_ACTION_CANCEL);
  v1::Order walked = order;
  while (walked.status() != status) {
    if (testing::Test::HasFailure() || walked.status() == v1::ORDER_STATUS_RECEIVED) break;
    walked = StepForward(staff, walked);
  }
  EXPECT_EQ(walked.status(), status);
  return walked;
}

std::vector<v1::Activity> ActivitiesOf(const Client& client, const v1::Order& order,
                                       int page_size) {
  std::vector<v1::Activity> activities;
  v1::ListActivitiesRequest request;
  request.set_parent(order.name());
  request.set_page_size(page_size);
  do {
    const v1::ListActivitiesResponse page = client.Must(request);
    activities.insert(activities.end(), page.activities().begin(), page.activities().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return activities;
}

}  // namespace ipstore::orders::test

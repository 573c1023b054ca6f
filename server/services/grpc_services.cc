#include "server/services/grpc_services.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>
#include <vector>

#include "ipstore/orders/v1/activity_service.grpc.pb.h"
#include "ipstore/orders/v1/comment_service.grpc.pb.h"
#include "ipstore/orders/v1/enquiry_service.grpc.pb.h"
#include "ipstore/orders/v1/feed_service.grpc.pb.h"
#include "ipstore/orders/v1/notification_service.grpc.pb.h"
#include "ipstore/orders/v1/order_service.grpc.pb.h"
#include "ipstore/orders/v1/redaction_service.grpc.pb.h"
#include "ipstore/orders/v1/request_service.grpc.pb.h"
#include "server/services/activity_service.h"
#include "server/services/activity_watch.h"
#include "server/services/enquiry_service.h"
#include "server/services/feed_service.h"
#include "server/services/grpc_call.h"
#include "server/services/grpc_import.h"
#include "server/services/grpc_watch.h"
#include "server/services/notification_service.h"
#include "server/services/order_service.h"
#include "server/services/order_watch.h"
#include "server/services/redaction_service.h"
#include "server/services/request_service.h"

namespace ipstore::orders {
namespace {

using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;
using Reactor = grpc::ServerUnaryReactor;

template <typename Request, typename Response, typename Methods, typename Method>
Reactor* Start(Context* context, const Bytes* request, Bytes* response, Methods& methods,
               Method method) {
  return UnaryCall<Request, Response>::Start(
      context, request, response,
      [&](const CallContext& call, const Request& message, Responder<Response> responder) {
        (methods.*method)(call, message, std::move(responder));
      });
}

// Starts a call of `method`, a member of Methods. The types of request and response follow from its
// signature.
template <typename Methods, typename Request, typename Response>
Reactor* Serve(Context* context, const Bytes* request, Bytes* response, Methods& methods,
               void (Methods::*method)(const CallContext&, const Request&, Responder<Response>)) {
  return Start<Request, Response>(context, request, response, methods, method);
}
template <typename Methods, typename Request, typename Response>
Reactor* Serve(Context* context, const Bytes* request, Bytes* response, const Methods& methods,
               void (Methods::*method)(const CallContext&, const Request&, Responder<Response>)
                   const) {
  return Start<Request, Response>(context, request, response, methods, method);
}

// All methods are raw: we parse ourselves, because gRPC answers a request with bad UTF-8 in its own
// words, not ours.

// WithRawCallbackMethod_A<WithRawCallbackMethod_B<… <Base>>>, without a pyramid.
template <typename Base, template <typename> typename... Raw>
struct WithRaw {
  using Type = Base;
};
template <typename Base, template <typename> typename First, template <typename> typename... Rest>
struct WithRaw<Base, First, Rest...> {
  using Type = First<typename WithRaw<Base, Rest...>::Type>;
};

using Orders = v1::OrderService;
using RawOrderBase = WithRaw<
    Orders::Service, Orders::WithRawCallbackMethod_CreateOrder,
    Orders::WithRawCallbackMethod_GetOrder, Orders::WithRawCallbackMethod_GetOrderPage,
    Orders::WithRawCallbackMethod_LookupOrder, Orders::WithRawCallbackMethod_ListOrders,
    Orders::WithRawCallbackMethod_TransitionOrder,
    Orders::WithRawCallbackMethod_BatchTransitionOrders, Orders::WithRawCallbackMethod_RecordCheck,
    Orders::WithRawCallbackMethod_RecordGathering, Orders::WithRawCallbackMethod_RecordInvoice,
    Orders::WithRawCallbackMethod_RecordTracking, Orders::WithRawCallbackMethod_UpdateOrder,
    Orders::WithRawCallbackMethod_SetNotifications, Orders::WithRawCallbackMethod_SubmitFeedback,
    Orders::WithRawCallbackMethod_ExplainTransitions,
    Orders::WithRawCallbackMethod_DescribeLifecycle, Orders::WithRawCallbackMethod_ImportOrders,
    Orders::WithRawCallbackMethod_WatchOrder>::Type;

class GrpcOrderService final : public RawOrderBase {
 public:
  explicit GrpcOrderService(const Backend& backend) : backend_(backend), methods_(backend) {}

  Reactor* CreateOrder(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::CreateOrder);
  }
  Reactor* GetOrder(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::GetOrder);
  }
  Reactor* LookupOrder(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::LookupOrder);
  }
  Reactor* GetOrderPage(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::GetOrderPage);
  }
  Reactor* ListOrders(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::ListOrders);
  }
  Reactor* TransitionOrder(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::TransitionOrder);
  }
  Reactor* BatchTransitionOrders(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::BatchTransitionOrders);
  }
  Reactor* RecordCheck(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::RecordCheck);
  }
  Reactor* RecordGathering(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::RecordGathering);
  }
  Reactor* RecordInvoice(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::RecordInvoice);
  }
  Reactor* RecordTracking(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::RecordTracking);
  }
  Reactor* UpdateOrder(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::UpdateOrder);
  }
  Reactor* SetNotifications(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::SetNotifications);
  }
  Reactor* SubmitFeedback(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::SubmitFeedback);
  }
  Reactor* ExplainTransitions(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::ExplainTransitions);
  }
  Reactor* DescribeLifecycle(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::DescribeLifecycle);
  }
  grpc::ServerReadReactor<Bytes>* ImportOrders(Context* context, Bytes* response) override {
    return StartImport(context, response, backend_);
  }
  grpc::ServerWriteReactor<Bytes>* WatchOrder(Context* context, const Bytes* request) override {
    return WatchCall<OrderWatch>::Start(context, request, backend_);
  }

 private:
  Backend backend_;
  OrderMethods methods_;
};

using ActivityLog = v1::ActivityService;
using RawActivityBase =
    WithRaw<ActivityLog::Service, ActivityLog::WithRawCallbackMethod_ListActivities,
            ActivityLog::WithRawCallbackMethod_WatchActivities>::Type;

class GrpcActivityService final : public RawActivityBase {
 public:
  explicit GrpcActivityService(const Backend& backend) : backend_(backend), methods_(backend) {}

  Reactor* ListActivities(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &ActivityMethods::ListActivities);
  }
  grpc::ServerWriteReactor<Bytes>* WatchActivities(Context* context,
                                                   const Bytes* request) override {
    return WatchCall<ActivityWatch>::Start(context, request, backend_);
  }

 private:
  Backend backend_;
  ActivityMethods methods_;
};

using Comments = v1::CommentService;
using RawCommentBase = WithRaw<
    Comments::Service, Comments::WithRawCallbackMethod_CreateComment,
    Comments::WithRawCallbackMethod_GetComment, Comments::WithRawCallbackMethod_ListComments,
    Comments::WithRawCallbackMethod_IngestEmail, Comments::WithRawCallbackMethod_ListReceivedEmails,
    Comments::WithRawCallbackMethod_GetReceivedEmail>::Type;

class GrpcCommentService final : public RawCommentBase {
 public:
  explicit GrpcCommentService(const Backend& backend) : methods_(backend) {}

  Reactor* CreateComment(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &CommentMethods::CreateComment);
  }
  Reactor* GetComment(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &CommentMethods::GetComment);
  }
  Reactor* ListComments(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &CommentMethods::ListComments);
  }
  Reactor* IngestEmail(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &CommentMethods::IngestEmail);
  }
  Reactor* ListReceivedEmails(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &CommentMethods::ListReceivedEmails);
  }
  Reactor* GetReceivedEmail(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &CommentMethods::GetReceivedEmail);
  }

 private:
  CommentMethods methods_;
};

using Enquiries = v1::EnquiryService;
using RawEnquiryBase = WithRaw<Enquiries::Service, Enquiries::WithRawCallbackMethod_CreateEnquiry,
                               Enquiries::WithRawCallbackMethod_GetEnquiry,
                               Enquiries::WithRawCallbackMethod_TransitionEnquiry,
                               Enquiries::WithRawCallbackMethod_SetEnquiryNotifications>::Type;

class GrpcEnquiryService final : public RawEnquiryBase {
 public:
  explicit GrpcEnquiryService(const Backend& backend) : methods_(backend) {}

  Reactor* CreateEnquiry(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &EnquiryMethods::CreateEnquiry);
  }
  Reactor* GetEnquiry(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &EnquiryMethods::GetEnquiry);
  }
  Reactor* SetEnquiryNotifications(Context* context, const Bytes* request,
                                   Bytes* response) override {
    return Serve(context, request, response, methods_, &EnquiryMethods::SetEnquiryNotifications);
  }
  Reactor* TransitionEnquiry(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &EnquiryMethods::TransitionEnquiry);
  }

 private:
  EnquiryMethods methods_;
};

using Requests = v1::RequestService;
using RawRequestBase = WithRaw<Requests::Service, Requests::WithRawCallbackMethod_ListRequests,
                               Requests::WithRawCallbackMethod_ListOverdueOrders,
                               Requests::WithRawCallbackMethod_SearchRequests>::Type;

class GrpcRequestService final : public RawRequestBase {
 public:
  explicit GrpcRequestService(const Backend& backend) : methods_(backend) {}

  Reactor* ListRequests(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &RequestMethods::ListRequests);
  }
  Reactor* ListOverdueOrders(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &RequestMethods::ListOverdueOrders);
  }
  Reactor* SearchRequests(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &RequestMethods::SearchRequests);
  }

 private:
  RequestMethods methods_;
};

using Redactions = v1::RedactionService;
using RawRedactionBase =
    WithRaw<Redactions::Service, Redactions::WithRawCallbackMethod_RedactSubject,
            Redactions::WithRawCallbackMethod_RedactComment,
            Redactions::WithRawCallbackMethod_RedactCustomer,
            Redactions::WithRawCallbackMethod_GetRedaction,
            Redactions::WithRawCallbackMethod_ListRedactions>::Type;

class GrpcRedactionService final : public RawRedactionBase {
 public:
  explicit GrpcRedactionService(const Backend& backend) : methods_(backend) {}

  Reactor* RedactSubject(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &RedactionMethods::RedactSubject);
  }
  Reactor* RedactComment(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &RedactionMethods::RedactComment);
  }
  Reactor* RedactCustomer(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &RedactionMethods::RedactCustomer);
  }
  Reactor* GetRedaction(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &RedactionMethods::GetRedaction);
  }
  Reactor* ListRedactions(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &RedactionMethods::ListRedactions);
  }

 private:
  RedactionMethods methods_;
};

using Notifications = v1::NotificationService;
using RawNotificationBase =
    WithRaw<Notifications::Service, Notifications::WithRawCallbackMethod_ListNotifications,
            Notifications::WithRawCallbackMethod_GetNotification,
            Notifications::WithRawCallbackMethod_PreviewNotification,
            Notifications::WithRawCallbackMethod_ResendNotification>::Type;

class GrpcNotificationService final : public RawNotificationBase {
 public:
  explicit GrpcNotificationService(const Backend& backend) : methods_(backend) {}

  Reactor* ListNotifications(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &NotificationMethods::ListNotifications);
  }
  Reactor* GetNotification(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &NotificationMethods::GetNotification);
  }
  Reactor* PreviewNotification(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &NotificationMethods::PreviewNotification);
  }
  Reactor* ResendNotification(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &NotificationMethods::ResendNotification);
  }

 private:
  NotificationMethods methods_;
};

using Feed = v1::FeedService;
using RawFeedBase = WithRaw<Feed::Service, Feed::WithRawCallbackMethod_GetFeedStatus,
                            Feed::WithRawCallbackMethod_AcknowledgeActivities,
                            Feed::WithRawCallbackMethod_DeleteFeedConsumer>::Type;

class GrpcFeedService final : public RawFeedBase {
 public:
  explicit GrpcFeedService(const Backend& backend) : methods_(backend) {}

  Reactor* GetFeedStatus(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &FeedMethods::GetFeedStatus);
  }
  Reactor* AcknowledgeActivities(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &FeedMethods::AcknowledgeActivities);
  }
  Reactor* DeleteFeedConsumer(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &FeedMethods::DeleteFeedConsumer);
  }

 private:
  FeedMethods methods_;
};

}  // namespace

std::vector<NamedService> MakeGrpcServices(const Backend& backend) {
  std::vector<NamedService> services;
  services.push_back(
      {v1::OrderService::service_full_name(), std::make_unique<GrpcOrderService>(backend)});
  services.push_back(
      {v1::ActivityService::service_full_name(), std::make_unique<GrpcActivityService>(backend)});
  services.push_back(
      {v1::CommentService::service_full_name(), std::make_unique<GrpcCommentService>(backend)});
  services.push_back(
      {v1::EnquiryService::service_full_name(), std::make_unique<GrpcEnquiryService>(backend)});
  services.push_back(
      {v1::RequestService::service_full_name(), std::make_unique<GrpcRequestService>(backend)});
  services.push_back(
      {v1::RedactionService::service_full_name(), std::make_unique<GrpcRedactionService>(backend)});
  services.push_back({v1::NotificationService::service_full_name(),
                      std::make_unique<GrpcNotificationService>(backend)});
  services.push_back(
      {v1::FeedService::service_full_name(), std::make_unique<GrpcFeedService>(backend)});
  return services;
}

}  // namespace ipstore::orders

#include "server/services/grpc_services.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>
#include <vector>

#include "ipstore/orders/v1/activity_service.grpc.pb.h"
#include "ipstore/orders/v1/comment_service.grpc.pb.h"
#include "ipstore/orders/v1/enquiry_service.grpc.pb.h"
#include "ipstore/orders/v1/order_service.grpc.pb.h"
#include "ipstore/orders/v1/request_service.grpc.pb.h"
#include "server/services/activity_service.h"
#include "server/services/enquiry_service.h"
#include "server/services/grpc_call.h"
#include "server/services/grpc_import.h"
#include "server/services/order_service.h"
#include "server/services/request_service.h"

namespace ipstore::orders {
namespace {

using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;
using Reactor = grpc::ServerUnaryReactor;

// Starts a call of `method`, a member of Methods. The types of request and response follow from its
// signature.
template <typename Methods, typename Request, typename Response>
Reactor* Serve(Context* context, const Bytes* request, Bytes* response, Methods& methods,
               void (Methods::*method)(const CallContext&, const Request&, Responder<Response>)) {
  return UnaryCall<Request, Response>::Start(
      context, request, response,
      [&](const CallContext& call, const Request& message, Responder<Response> responder) {
        (methods.*method)(call, message, std::move(responder));
      });
}

// All methods are raw: we parse ourselves, because gRPC answers a request with bad UTF-8 in its own
// words, not ours.

template <typename Base>
using RawOrderBase = v1::OrderService::WithRawCallbackMethod_CreateOrder<
    v1::OrderService::WithRawCallbackMethod_GetOrder<
        v1::OrderService::WithRawCallbackMethod_LookupOrder<
            v1::OrderService::WithRawCallbackMethod_ListOrders<
                v1::OrderService::WithRawCallbackMethod_TransitionOrder<
                    v1::OrderService::WithRawCallbackMethod_RecordCheck<
                        v1::OrderService::WithRawCallbackMethod_RecordGathering<
                            v1::OrderService::WithRawCallbackMethod_RecordInvoice<
                                v1::OrderService::WithRawCallbackMethod_RecordTracking<
                                    v1::OrderService::WithRawCallbackMethod_ExplainTransitions<
                                        v1::OrderService::WithRawCallbackMethod_DescribeLifecycle<
                                            v1::OrderService::WithRawCallbackMethod_ImportOrders<
                                                Base>>>>>>>>>>>>;

class GrpcOrderService final : public RawOrderBase<v1::OrderService::Service> {
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
  Reactor* ListOrders(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::ListOrders);
  }
  Reactor* TransitionOrder(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::TransitionOrder);
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
  Reactor* ExplainTransitions(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::ExplainTransitions);
  }
  Reactor* DescribeLifecycle(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &OrderMethods::DescribeLifecycle);
  }
  grpc::ServerReadReactor<Bytes>* ImportOrders(Context* context, Bytes* response) override {
    return StartImport(context, response, backend_);
  }

 private:
  Backend backend_;
  OrderMethods methods_;
};

class GrpcActivityService final : public v1::ActivityService::WithRawCallbackMethod_ListActivities<
                                      v1::ActivityService::Service> {
 public:
  explicit GrpcActivityService(const Backend& backend) : methods_(backend) {}

  Reactor* ListActivities(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &ActivityMethods::ListActivities);
  }

 private:
  ActivityMethods methods_;
};

template <typename Base>
using RawCommentBase = v1::CommentService::WithRawCallbackMethod_CreateComment<
    v1::CommentService::WithRawCallbackMethod_GetComment<
        v1::CommentService::WithRawCallbackMethod_ListComments<Base>>>;

class GrpcCommentService final : public RawCommentBase<v1::CommentService::Service> {
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

 private:
  CommentMethods methods_;
};

template <typename Base>
using RawEnquiryBase = v1::EnquiryService::WithRawCallbackMethod_CreateEnquiry<
    v1::EnquiryService::WithRawCallbackMethod_GetEnquiry<
        v1::EnquiryService::WithRawCallbackMethod_TransitionEnquiry<Base>>>;

class GrpcEnquiryService final : public RawEnquiryBase<v1::EnquiryService::Service> {
 public:
  explicit GrpcEnquiryService(const Backend& backend) : methods_(backend) {}

  Reactor* CreateEnquiry(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &EnquiryMethods::CreateEnquiry);
  }
  Reactor* GetEnquiry(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &EnquiryMethods::GetEnquiry);
  }
  Reactor* TransitionEnquiry(Context* context, const Bytes* request, Bytes* response) override {
    return Serve(context, request, response, methods_, &EnquiryMethods::TransitionEnquiry);
  }

 private:
  EnquiryMethods methods_;
};

template <typename Base>
using RawRequestBase = v1::RequestService::WithRawCallbackMethod_ListRequests<
    v1::RequestService::WithRawCallbackMethod_ListOverdueOrders<
        v1::RequestService::WithRawCallbackMethod_SearchRequests<Base>>>;

class GrpcRequestService final : public RawRequestBase<v1::RequestService::Service> {
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

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeGrpcServices(const Backend& backend) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<GrpcOrderService>(backend));
  services.push_back(std::make_unique<GrpcActivityService>(backend));
  services.push_back(std::make_unique<GrpcCommentService>(backend));
  services.push_back(std::make_unique<GrpcEnquiryService>(backend));
  services.push_back(std::make_unique<GrpcRequestService>(backend));
  return services;
}

}  // namespace ipstore::orders

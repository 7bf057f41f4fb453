package rest

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zique/internal/aidcard"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/org"
)

// routes is the whole API at a glance. (K): needs an Idempotency-Key.
func (s *Server) routes(api huma.API) {
	on := registrar{server: s, api: api}

	post(on, "/auth/codes", "send-code", anyone, http.StatusAccepted, s.sendCode)
	post(on, "/auth/register", "register", anyone, http.StatusCreated, s.register)
	post(on, "/auth/login", "login", anyone, http.StatusOK, s.login)
	post(on, "/auth/refresh", "refresh", anyone, http.StatusOK, s.refresh)
	post(on, "/auth/logout", "logout", signedIn, http.StatusNoContent, s.logout)
	post(on, "/auth/password-reset", "reset-password", anyone, http.StatusNoContent, s.resetPassword)

	get(on, "/me", "get-me", signedIn, s.me)
	put(on, "/me", "rename-me", signedIn, s.renameMe)
	post(on, "/me/phone/verify", "verify-phone", signedIn, http.StatusOK, s.verifyPhone)
	post(on, "/me/password", "change-password", signedIn, http.StatusOK, s.changePassword)
	get(on, "/me/sessions", "list-sessions", signedIn, s.listSessions)
	remove(on, "/me/sessions/{id}", "end-session", signedIn, s.endSession)
	post(on, "/me/sign-out-everywhere", "sign-out-everywhere", signedIn, http.StatusNoContent, s.signOutEverywhere)
	get(on, "/me/consents", "list-consents", signedIn, s.listConsents)
	post(on, "/me/consents", "add-consent", signedIn, http.StatusCreated, s.addConsent)
	exports(on, "/me/export", "export-me", signedIn, s.exportMe)
	post(on, "/me/deletion", "delete-me", signedIn, http.StatusNoContent, s.deleteMe)

	get(on, "/messages", "list-messages", signedIn, s.listMessages)
	post(on, "/messages/{id}/read", "read-message", signedIn, http.StatusOK, s.readMessage)
	post(on, "/messages/read-all", "read-all-messages", signedIn, http.StatusNoContent, s.readAllMessages)

	uploads(on, "/uploads", "upload-file", signedIn, s.upload)
	downloads(on, "/files/{id}", "get-file", optional, s.download)

	get(on, "/categories", "list-categories", anyone, s.listCategories)
	shared[list[ProductJSON]](on, "/products", "list-products", s.listProducts)
	get(on, "/products/{id}", "get-product", anyone, s.getProduct)
	get(on, "/villages", "list-villages", anyone, s.listVillages)
	get(on, "/villages/{id}", "get-village", anyone, s.getVillage)
	get(on, "/campaigns", "list-campaigns", anyone, s.listCampaigns)
	shared[CampaignDetailJSON](on, "/campaigns/{id}", "get-campaign", s.getCampaign)
	get(on, "/townships", "list-townships", anyone, s.listTownships)
	get(on, "/public/certificates/{code}", "check-certificate", anyone, s.checkCertificate)
	download(on, "/public/certificates/{code}/file", "get-certificate-file", anyone, s.certificateFile)
	get(on, "/public/board", "get-board", anyone, s.board)
	get(on, "/public/share-rules", "list-share-rules", anyone, s.listShareRules)
	get(on, "/public/rule-packs", "list-rule-packs", anyone, s.listRulePacks)

	get(on, "/cart", "get-cart", signedIn, s.getCart)
	put(on, "/cart/items/{sku_id}", "set-cart-item", signedIn, s.setCartItem)
	get(on, "/addresses", "list-addresses", signedIn, s.listAddresses)
	post(on, "/addresses", "add-address", signedIn, http.StatusCreated, s.addAddress)
	remove(on, "/addresses/{id}", "remove-address", signedIn, s.removeAddress)

	post(on, "/cards/claim", "claim-card", signedIn, http.StatusOK, s.claimCard)
	get(on, "/cards", "list-cards", signedIn, s.listCards)
	get(on, "/cards/{id}", "get-card", signedIn, s.getCard)
	get(on, "/cards/{id}/entries", "list-card-entries", signedIn, s.listCardEntries)
	post(on, "/cards/{id}/reactivate", "reactivate-card", signedIn, http.StatusOK, s.reactivateCard)
	post(on, "/cards/{id}/move", "move-card", signedIn, http.StatusOK, s.moveCard)
	post(on, "/cards/{id}/loss-report", "report-card-lost", signedIn, http.StatusOK, s.reportLoss)
	post(on, "/cards/{id}/replacement", "replace-card", signedIn, http.StatusOK, s.replaceCard)

	get(on, "/tenders", "list-tenders", optional, s.listTenders)
	post(on, "/orders/quote", "quote-order", signedIn, http.StatusOK, s.quote)
	keyed[OrderJSON](on, "/orders", "place-order", signedIn, s.placeOrder) // (K)
	get(on, "/orders", "list-orders", signedIn, s.listOrders)
	get(on, "/orders/{id}", "get-order", signedIn, s.getOrder)
	post(on, "/orders/{id}/pay", "pay-order", signedIn, http.StatusOK, s.payOrder)
	notices(on, "/payments/notices/{gateway}", "take-payment-notice", s.takeNotice)
	post(on, "/orders/{id}/cancel", "cancel-order", signedIn, http.StatusOK, s.cancelOrder)
	post(on, "/orders/{id}/receipt", "confirm-receipt", signedIn, http.StatusOK, s.confirmReceipt)
	keyed[RefundJSON](on, "/orders/{id}/refunds", "refund-order", signedIn, s.refundOrder) // (K)
	get(on, "/orders/{id}/certificates", "list-order-certificates", signedIn, s.listOrderCertificates)
	post(on, "/orders/{id}/certificate", "certify-order", signedIn, http.StatusOK, s.certifyOrder)
	get(on, "/ent/certificates", "list-certificates", buyers, s.listCertificates)
	post(on, "/ent/certificates", "certify-period", buyers, http.StatusOK, s.certifyPeriod)
	post(on, "/refunds/{id}/return", "send-goods-back", signedIn, http.StatusOK, s.sendBack)
	post(on, "/refunds/{id}/withdraw", "withdraw-refund", signedIn, http.StatusOK, s.withdrawRefund)

	get(on, "/organisations", "list-own-organisations", signedIn, s.listOwnOrganisations)
	post(on, "/organisations", "apply", signedIn, http.StatusCreated, s.applyOrganisation)
	get(on, "/organisations/{id}", "get-organisation", signedIn, s.getOrganisation)
	put(on, "/organisations/{id}", "edit-organisation", signedIn, s.editOrganisation)
	put(on, "/organisations/{id}/contact", "change-contact", signedIn, s.changeContact)
	get(on, "/organisations/{id}/history", "get-organisation-history", signedIn, s.organisationHistory)
	post(on, "/organisations/{id}/submit", "submit-organisation", signedIn, http.StatusOK, s.submitOrganisation)
	post(on, "/organisations/{id}/withdraw", "withdraw-organisation", signedIn, http.StatusOK, s.withdrawOrganisation)
	get(on, "/organisations/{id}/members", "list-members", signedIn, s.listMembers)
	put(on, "/organisations/{id}/members/{user_id}", "set-member", signedIn, s.setMember)
	remove(on, "/organisations/{id}/members/{user_id}", "remove-member", signedIn, s.removeMember)
	get(on, "/organisations/{id}/invitations", "list-invitations", signedIn, s.listInvitations)
	post(on, "/organisations/{id}/invitations", "invite", signedIn, http.StatusCreated, s.invite)
	remove(on, "/organisations/{id}/invitations/{invitation_id}", "revoke-invitation", signedIn, s.revokeInvitation)
	get(on, "/invitations", "list-received-invitations", signedIn, s.listReceivedInvitations)
	post(on, "/invitations/{id}/accept", "accept-invitation", signedIn, http.StatusOK, s.acceptInvitation)
	post(on, "/invitations/{id}/decline", "decline-invitation", signedIn, http.StatusOK, s.declineInvitation)
	get(on, "/organisations/{id}/payee-accounts", "list-payee-accounts", signedIn, s.listPayees)
	post(on, "/organisations/{id}/payee-accounts", "ask-payee-account", signedIn, http.StatusAccepted, s.askPayee)

	download(on, "/ent/import-templates/card-recipients", "get-recipient-import-template", buyers, s.recipientTemplate)
	get(on, "/ent/card-batches", "list-card-batches", buyers, s.listBatches)
	keyed[CardBatchJSON](on, "/ent/card-batches", "order-card-batch", buyers, s.orderBatch) // (K)
	get(on, "/ent/card-batches/{id}", "get-card-batch", buyers, s.getBatch)
	get(on, "/ent/card-batches/{id}/cards", "list-batch-cards", buyers, s.listBatchCards)
	get(on, "/ent/card-batches/{id}/claims", "count-batch-claims", buyers, s.countBatchClaims)
	post(on, "/ent/card-batches/{id}/recipients", "import-recipients", buyers, http.StatusAccepted, s.importRecipients)
	get(on, "/ent/recipient-imports/{id}", "get-recipient-import", buyers, s.getRecipientImport)
	download(on, "/ent/recipient-imports/{id}/file", "get-recipient-import-file", buyers, s.recipientImportFile)
	post(on, "/ent/card-batches/{id}/confirm", "confirm-card-batch", signedIn, http.StatusOK, s.confirmBatch) // an operator, where there is no second member
	post(on, "/ent/card-batches/{id}/cancel", "cancel-card-batch", buyers, http.StatusOK, s.cancelBatch)
	post(on, "/ent/card-batches/{id}/reminders", "remind-recipients", buyers, http.StatusOK, s.remindRecipients)
	post(on, "/ent/card-batches/{id}/recall", "recall-cards", buyers, http.StatusOK, s.recallCards)
	keyed[CardExportJSON](on, "/ent/card-batches/{id}/exports", "ask-card-export", buyers, s.askExport) // (K)
	get(on, "/ent/card-batches/{id}/exports", "list-card-exports", buyers, s.listExports)
	get(on, "/ent/exports/{id}", "get-card-export", buyers, s.getExport)
	post(on, "/ent/exports/{id}/approve", "approve-card-export", buyers, http.StatusOK, s.approveExport)
	download(on, "/ent/exports/{id}/file", "get-card-export-file", buyers, s.exportFile)
	keyed[RekeyedJSON](on, "/ent/cards/rekey", "rekey-cards", buyers, s.rekeyCards) // (K)
	get(on, "/ent/reconciliation", "get-reconciliation", buyers, s.reconciliation)
	get(on, "/ent/reconciliation/cards", "list-reconciliation-cards", buyers, s.termCards)
	download(on, "/ent/reconciliation/file", "get-reconciliation-file", buyers, s.reconciliationFile)

	download(on, "/ent/import-templates/gift-recipients", "get-gift-recipient-template", buyers, s.giftTemplate)
	keyedList[BulkOrderJSON](on, "/ent/bulk-orders", "ask-bulk-order", buyers, s.askBulk) // (K)
	get(on, "/ent/bulk-orders", "list-bulk-orders", buyers, s.listBulk)
	get(on, "/ent/bulk-orders/{id}", "get-bulk-order", buyers, s.getBulk)
	get(on, "/ent/bulk-orders/{id}/rows", "list-bulk-order-rows", buyers, s.listBulkRows)
	download(on, "/ent/bulk-orders/{id}/file", "get-bulk-order-file", buyers, s.bulkFile)
	download(on, "/ent/bulk-orders/{id}/errors", "get-bulk-order-errors", buyers, s.bulkErrors)
	post(on, "/ent/bulk-orders/{id}/place", "place-bulk-order", buyers, http.StatusAccepted, s.placeBulk)
	post(on, "/ent/bulk-orders/{id}/cancel", "cancel-bulk-order", buyers, http.StatusAccepted, s.cancelBulk)
	get(on, "/ent/cards", "list-wallet", buyers, s.listWallet)
	download(on, "/ent/import-templates/redemptions", "get-redemption-template", buyers, s.redemptionTemplate)
	get(on, "/ent/redemptions", "list-redemptions", buyers, s.listRedemptions)
	keyedList[RedemptionJSON](on, "/ent/redemptions", "redeem-cards", buyers, s.redeem) // (K)
	get(on, "/ent/redemptions/{id}", "get-redemption", buyers, s.getRedemption)
	get(on, "/ent/redemptions/{id}/rows", "list-redemption-rows", buyers, s.listRedemptionRows)
	download(on, "/ent/redemptions/{id}/file", "get-redemption-file", buyers, s.redemptionFile)
	post(on, "/ent/redemptions/{id}/confirm", "confirm-redemption", buyers, http.StatusOK, s.confirmRedemption)
	post(on, "/ent/redemptions/{id}/stop", "stop-redemption", buyers, http.StatusOK, s.stopRedemption)

	get(on, "/ent/purchase-orders", "list-purchase-orders", purchasers, s.listPurchases)
	keyed[PurchaseOrderJSON](on, "/ent/purchase-orders", "draft-purchase-order", buyers, s.draftPurchase) // (K)
	get(on, "/ent/purchase-orders/{id}", "get-purchase-order", purchasers, s.getPurchase)
	post(on, "/ent/purchase-orders/{id}/approve", "approve-purchase-order", buyers, http.StatusOK, s.approvePurchase)
	post(on, "/ent/purchase-orders/{id}/cancel", "cancel-purchase-order", purchasers, http.StatusOK, s.cancelPurchase)
	post(on, "/ent/purchase-orders/{id}/accept", "accept-purchase-order", purchasers, http.StatusOK, s.acceptPurchase)
	download(on, "/ent/purchase-orders/{id}/acceptance-form", "get-acceptance-form", purchasers, s.acceptanceForm)
	get(on, "/coop/purchase-orders", "list-coop-purchase-orders", sellers, s.listPurchases)
	get(on, "/coop/purchase-orders/{id}", "get-coop-purchase-order", sellers, s.getPurchase)
	post(on, "/coop/purchase-orders/{id}/quote", "quote-purchase-order", quoters, http.StatusOK, s.quotePurchase)
	post(on, "/coop/purchase-orders/{id}/decline", "decline-purchase-order", quoters, http.StatusOK, s.declinePurchase)
	post(on, "/coop/purchase-orders/{id}/deliver", "deliver-purchase-order", packers, http.StatusOK, s.deliverPurchase)
	download(on, "/coop/purchase-orders/{id}/acceptance-form", "get-coop-acceptance-form", sellers, s.acceptanceForm)
	get(on, "/ops/purchase-orders", "review-purchase-orders", readers, s.listPurchases)
	get(on, "/ops/purchase-orders/{id}", "review-purchase-order", readers, s.getPurchase)
	download(on, "/ops/purchase-orders/{id}/acceptance-form", "review-acceptance-form", readers, s.acceptanceForm)

	get(on, "/coop/villages", "list-served-villages", members([]string{org.Cooperative}), s.listServedVillages)

	get(on, "/coop/orders", "list-sub-orders", sellers, s.listParts)
	get(on, "/coop/orders/{sub_order_id}", "get-sub-order", sellers, s.getPart)
	keyed[ShipmentJSON](on, "/coop/orders/{sub_order_id}/shipments", "ship-order", packers, s.ship)   // (K)
	keyed[RefundJSON](on, "/coop/orders/{sub_order_id}/refunds", "give-back", afterSales, s.giveBack) // (K)
	post(on, "/coop/refunds/{id}/approve", "approve-refund", afterSales, http.StatusOK, s.approveRefund)
	post(on, "/coop/refunds/{id}/reject", "reject-refund", afterSales, http.StatusOK, s.rejectRefund)
	post(on, "/coop/refunds/{id}/accept", "accept-return", afterSales, http.StatusOK, s.acceptReturn)

	get(on, "/coop/freight-templates", "list-freight-templates", sellers, s.listFreightTemplates)
	post(on, "/coop/freight-templates", "add-freight-template", pricers, http.StatusCreated, s.addFreightTemplate)
	put(on, "/coop/freight-templates/{id}", "change-freight-template", pricers, s.changeFreightTemplate)
	remove(on, "/coop/freight-templates/{id}", "remove-freight-template", pricers, s.removeFreightTemplate)
	get(on, "/coop/promotions", "list-promotions", sellers, s.listPromotions)
	post(on, "/coop/promotions", "add-promotion", pricers, http.StatusCreated, s.addPromotion)
	remove(on, "/coop/promotions/{id}", "end-promotion", pricers, s.endPromotion)

	get(on, "/coop/campaigns/{id}/products", "list-own-campaign-goods", sellers, s.listOwnCampaignGoods)
	put(on, "/coop/campaigns/{id}/products/{product_id}", "offer-campaign-good", offerers, s.offerGood)
	remove(on, "/coop/campaigns/{id}/products/{product_id}", "withdraw-campaign-good", offerers, s.withdrawGood)

	get(on, "/coop/money", "get-coop-money", coopMoney, s.money)
	get(on, "/coop/statements", "list-coop-statements", coopMoney, s.listOwnStatements)
	get(on, "/coop/statements/{id}", "get-coop-statement", coopMoney, s.getStatement)
	download(on, "/coop/statements/{id}/file", "get-coop-statement-file", coopMoney, s.statementFile)
	post(on, "/coop/statements/{id}/confirm", "confirm-coop-statement", coopMoney, http.StatusOK, s.confirmStatement)
	post(on, "/coop/statements/{id}/dispute", "dispute-coop-statement", coopMoney, http.StatusOK, s.disputeStatement)
	get(on, "/village/money", "get-village-money", villageMoney, s.money)
	get(on, "/village/shares", "list-village-shares", villageMoney, s.listOwnShares)
	get(on, "/village/statements", "list-village-statements", villageMoney, s.listOwnStatements)
	get(on, "/village/statements/{id}", "get-village-statement", villageMoney, s.getStatement)
	download(on, "/village/statements/{id}/file", "get-village-statement-file", villageMoney, s.statementFile)
	post(on, "/village/statements/{id}/confirm", "confirm-village-statement", villageHead, http.StatusOK, s.confirmStatement)
	post(on, "/village/statements/{id}/dispute", "dispute-village-statement", villageHead, http.StatusOK, s.disputeStatement)

	get(on, "/ops/refunds", "list-refunds", readers, s.listRefunds)
	get(on, "/ops/gateway-refunds", "list-gateway-refunds", readers, s.listGatewayRefunds)

	get(on, "/ops/settlements", "list-settlements", readers, s.listSettlements)
	keyed[SettlementJSON](on, "/ops/settlements", "begin-settlement", operators, s.beginSettlement) // (K)
	get(on, "/ops/settlements/{id}", "get-settlement", readers, s.getSettlement)
	post(on, "/ops/settlements/{id}/request-approval", "ask-payout", operators, http.StatusAccepted, s.askPayout)
	download(on, "/ops/settlements/{id}/payout-file", "get-payout-file", operators, s.payoutFile)
	post(on, "/ops/settlements/{id}/close", "close-settlement", operators, http.StatusOK, s.closeSettlement)
	get(on, "/ops/statements", "list-statements", readers, s.listStatements)
	get(on, "/ops/statements/{id}", "get-statement", readers, s.getStatement)
	download(on, "/ops/statements/{id}/file", "get-statement-file", readers, s.statementFile)
	post(on, "/ops/statements/{id}/answer", "answer-statement", operators, http.StatusOK, s.answerStatement)
	post(on, "/ops/statements/{id}/carry", "carry-statement", operators, http.StatusOK, s.carryStatement)
	keyed[StatementOfJSON](on, "/ops/statements/{id}/pay", "pay-statement", operators, s.payStatement) // (K)
	get(on, "/ops/shares/{line_id}", "list-line-shares", readers, s.listLineShares)
	get(on, "/ops/villages/{id}/shares", "list-shares-of-village", onlookers, s.listVillageShares)
	post(on, "/ops/share-rules", "ask-share-rule", operators, http.StatusAccepted, s.askShareRule)
	post(on, "/ops/share-rules/{id}/end", "ask-share-rule-end", operators, http.StatusAccepted, s.askShareRuleEnd)

	get(on, "/ops/organisations", "review-organisations", readers, s.reviewOrganisations)
	get(on, "/ops/organisations/{id}", "review-organisation", readers, s.reviewOrganisation)
	get(on, "/ops/organisations/{id}/history", "review-organisation-history", readers, s.reviewHistory)
	post(on, "/ops/organisations/{id}/recommend", "recommend-organisation", county, http.StatusOK, s.review(org.Recommend))
	post(on, "/ops/organisations/{id}/approve", "approve-organisation", federation, http.StatusOK, s.review(org.Approve))
	post(on, "/ops/organisations/{id}/return", "return-organisation", eitherDesk, http.StatusOK, s.review(org.Return))
	post(on, "/ops/organisations/{id}/reject", "reject-organisation", eitherDesk, http.StatusOK, s.review(org.Reject))
	post(on, "/ops/organisations/{id}/suspend", "suspend-organisation", eitherDesk, http.StatusOK, s.review(org.Suspend))
	post(on, "/ops/organisations/{id}/reinstate", "reinstate-organisation", eitherDesk, http.StatusOK, s.review(org.Reinstate))

	get(on, "/ops/collectives/{id}/invitations", "list-head-invitations", readers, s.listHeadInvitations)
	post(on, "/ops/collectives/{id}/invitations", "invite-head", county, http.StatusCreated, s.inviteHead)
	remove(on, "/ops/collectives/{id}/invitations/{invitation_id}", "revoke-head-invitation", county, s.revokeHeadInvitation)
	get(on, "/ops/collectives/{id}/heads", "list-heads", readers, s.listHeads)
	post(on, "/ops/collectives/{id}/heads/{user_id}/removal", "ask-head-removal", operators, http.StatusAccepted, s.askHeadRemoval)
	get(on, "/ops/collectives/{id}/payee-accounts", "list-collective-payee-accounts", readers, s.listCollectivePayees)
	post(on, "/ops/collectives/{id}/payee-accounts", "ask-collective-payee-account", operators, http.StatusAccepted, s.askCollectivePayee)

	get(on, "/approvals", "list-approvals", signedIn, s.listApprovals)
	get(on, "/approvals/{id}", "get-approval", signedIn, s.getApproval)
	post(on, "/approvals/{id}/approve", "approve", signedIn, http.StatusOK, s.approve)
	post(on, "/approvals/{id}/reject", "reject", signedIn, http.StatusOK, s.reject)
	post(on, "/approvals/{id}/withdraw", "withdraw", signedIn, http.StatusOK, s.withdraw)

	get(on, "/ops/users", "find-users", operators, s.findUsers)
	post(on, "/ops/users/{id}/roles", "grant-role", operators, http.StatusAccepted, s.grantRole)
	post(on, "/ops/users/{id}/roles/{role}/revoke", "revoke-role", operators, http.StatusNoContent, s.revokeRole)

	get(on, "/ops/queues", "list-queues", readers, s.listQueues)
	get(on, "/ops/search", "search", readers, s.search)
	get(on, "/audit", "list-audit", readers, s.listAudit)
	get(on, "/audit/export", "export-audit", readers, s.exportAudit)

	get(on, "/ledger/accounts", "list-ledger-accounts", readers, s.trialBalance)
	get(on, "/ledger/accounts/{id}/entries", "list-ledger-entries", readers, s.accountStatement)
	get(on, "/ledger/transactions/{id}", "get-ledger-transaction", readers, s.ledgerTransaction)
	get(on, "/ledger/vouchers", "export-vouchers", readers, s.exportVouchers)
	keyed[ApprovalJSON](on, "/ops/ledger/corrections", "ask-ledger-correction", operators, s.askCorrection) // (K)
	post(on, "/ops/ledger/transactions/{id}/reversal", "ask-ledger-reversal", operators, http.StatusAccepted, s.askReversal)

	get(on, "/ops/campaigns", "list-ops-campaigns", readers, s.listOpsCampaigns)
	post(on, "/ops/campaigns", "add-campaign", operators, http.StatusCreated, s.addCampaign)
	get(on, "/ops/campaigns/{id}", "get-ops-campaign", readers, s.getOpsCampaign)
	put(on, "/ops/campaigns/{id}", "change-campaign", operators, s.changeCampaign)
	post(on, "/ops/campaigns/{id}/publish", "publish-campaign", operators, http.StatusOK, s.publishCampaign)
	post(on, "/ops/campaigns/{id}/close", "close-campaign", operators, http.StatusOK, s.closeCampaign)
	get(on, "/ops/campaigns/{id}/products", "list-campaign-goods", readers, s.listCampaignGoods)
	put(on, "/ops/campaigns/{id}/products/{product_id}", "choose-campaign-good", operators, s.chooseGood)
	remove(on, "/ops/campaigns/{id}/products/{product_id}", "take-campaign-good-out", operators, s.takeGoodOut)

	post(on, "/ops/villages", "add-village", operators, http.StatusCreated, s.addVillage)
	put(on, "/ops/villages/{id}", "change-village", operators, s.changeVillage)
	put(on, "/ops/cooperatives/{id}/villages", "set-cooperative-villages", operators, s.serveVillages)
	download(on, "/ops/import-templates/villages", "get-village-import-template", operators, s.villageTemplate)
	post(on, "/ops/village-imports", "import-villages", operators, http.StatusAccepted, s.importVillages)
	get(on, "/ops/village-imports/{id}", "get-village-import", readers, s.getVillageImport)
	download(on, "/ops/village-imports/{id}/file", "get-village-import-file", operators, s.villageImportFile)
	get(on, "/ops/jobs", "list-jobs", readers, s.listJobs)
	post(on, "/ops/jobs/{id}/retry", "retry-job", operators, http.StatusOK, s.retryJob)
	get(on, "/ops/stuck-events", "list-stuck-events", readers, s.listStuckEvents)
	post(on, "/ops/stuck-events/{id}/retry", "retry-event", operators, http.StatusOK, s.retryEvent)

	download(on, "/ops/import-templates/bank-statement", "get-bank-import-template", operators, s.bankTemplate)
	post(on, "/ops/bank-imports", "import-bank-statement", operators, http.StatusAccepted, s.importBank)
	get(on, "/ops/bank-imports/{id}", "get-bank-import", readers, s.getBankImport)
	download(on, "/ops/bank-imports/{id}/file", "get-bank-import-file", operators, s.bankImportFile)
	get(on, "/ops/bank-rows", "list-bank-rows", readers, s.listBankRows)
	post(on, "/ops/bank-rows/{id}/match", "match-bank-row", operators, http.StatusAccepted, s.matchBankRow)
	post(on, "/ops/bank-rows/{id}/give-back", "give-bank-row-back", operators, http.StatusAccepted, s.returnBankRow)
	get(on, "/ops/payment-differences", "list-payment-differences", readers, s.listPaymentDifferences)
	post(on, "/ops/payment-differences/{id}/give-back", "give-payment-difference-back", operators, http.StatusAccepted, s.sendDifferenceBack)
	get(on, "/ops/card-batches", "review-card-batches", readers, s.listBatches)
	get(on, "/ops/card-batches/{id}", "review-card-batch", readers, s.getBatch)
	post(on, "/ops/card-batches/{id}/fund", "fund-card-batch", operators, http.StatusOK, s.fundBatch)
	post(on, "/ops/card-batches/{id}/issue", "issue-card-batch", operators, http.StatusOK, s.issueBatch)

	get(on, "/ops/reconciliation", "review-reconciliation", readers, s.reconciliation)
	get(on, "/ops/reconciliation/cards", "review-reconciliation-cards", readers, s.termCards)
	download(on, "/ops/reconciliation/file", "review-reconciliation-file", readers, s.reconciliationFile)
	get(on, "/ops/prepaid-funds", "list-prepaid-funds", readers, s.prepaidFunds)
	download(on, "/ops/prepaid-funds/file", "get-prepaid-funds-file", readers, s.prepaidFile)
	post(on, "/ops/custody-balances", "ask-custody-balance", operators, http.StatusAccepted, s.askCustody)
	post(on, "/ops/issuer-revenues", "ask-issuer-revenue", operators, http.StatusAccepted, s.askRevenue)
	get(on, "/ops/card-programs", "list-card-programs", readers, s.listPrograms)
	post(on, "/ops/card-programs", "add-card-program", operators, http.StatusCreated, s.addProgram)
	get(on, "/ops/card-programs/{id}", "get-card-program", readers, s.getProgram)
	put(on, "/ops/card-programs/{id}", "change-card-program", operators, s.changeProgram)

	get(on, "/ent/card-returns", "list-own-card-returns", cardLookers, s.listOwnReturns)
	post(on, "/ent/card-returns", "return-cards", cardBuyers, http.StatusCreated, s.returnCards)
	get(on, "/ops/card-returns", "list-card-returns", readers, s.listAllReturns)
	post(on, "/ops/card-returns/{id}/accept", "accept-card-return", operators, http.StatusOK, s.atReturnDesk((*aidcard.Service).AcceptReturn))
	post(on, "/ops/card-returns/{id}/reject", "reject-card-return", operators, http.StatusOK, s.atReturnDesk((*aidcard.Service).RejectReturn))
	post(on, "/ops/card-returns/{id}/done", "card-return-transferred", operators, http.StatusOK, s.returnTransferred)
	get(on, "/ops/cards/{id}", "find-card", readers, s.findCard)
	post(on, "/ops/cards/{id}/freeze", "freeze-card", operators, http.StatusOK, s.atCardDesk((*aidcard.Service).Freeze))
	post(on, "/ops/cards/{id}/unfreeze", "unfreeze-card", operators, http.StatusOK, s.atCardDesk((*aidcard.Service).Unfreeze))
	post(on, "/ops/cards/{id}/void", "void-card", operators, http.StatusOK, s.atCardDesk((*aidcard.Service).Void))

	get(on, "/ops/bank-days", "list-bank-days", readers, s.listBankDays)
	post(on, "/ops/bank-days/{day}/close", "close-bank-day", operators, http.StatusOK, s.closeBankDay)
	get(on, "/ops/refund-transfers", "list-refund-transfers", operators, s.listRefundTransfers)
	post(on, "/ops/refund-transfers/{id}/done", "refund-transferred", operators, http.StatusNoContent, s.refundTransferred)

	if s.Demo {
		get(on, "/demo", "get-demo", anyone, s.demo)
		get(on, "/demo/pay/{charge_id}", "get-demo-charge", anyone, s.demoCharge)
		post(on, "/demo/pay/{charge_id}", "pay-demo-charge", anyone, http.StatusOK, s.demoPay)
	}
}

// answerWithin bounds how long a call waits for the engines before it answers 503;
// listWithin, one that takes in a long list.
const (
	answerWithin = 10 * time.Second
	listWithin   = 30 * time.Second
)

type registrar struct {
	server *Server
	api    huma.API
	within time.Duration // instead of answerWithin, for what takes longer
}

type handler[I, O any] func(ctx context.Context, in *I) (*O, error)

func get[I, O any](on registrar, path, name string, who access, h handler[I, O]) {
	register(on, huma.Operation{Method: http.MethodGet, Path: path, OperationID: name}, who, h)
}

func put[I, O any](on registrar, path, name string, who access, h handler[I, O]) {
	register(on, huma.Operation{Method: http.MethodPut, Path: path, OperationID: name}, who, h)
}

func post[I, O any](on registrar, path, name string, who access, status int, h handler[I, O]) {
	register(on, huma.Operation{Method: http.MethodPost, Path: path, OperationID: name, DefaultStatus: status}, who, h)
}

func remove[I, O any](on registrar, path, name string, who access, h handler[I, O]) {
	register(on, huma.Operation{Method: http.MethodDelete, Path: path, OperationID: name, DefaultStatus: http.StatusNoContent}, who, h)
}

// keyed registers a call whose answer, an R, is stored with its Idempotency-Key.
func keyed[R, I any](on registrar, path, name string, who access, h handler[I, stored]) {
	keyedAs[R](on, huma.Operation{Path: path, OperationID: name, DefaultStatus: http.StatusCreated}, who, h)
}

// keyedList is keyed for a long list that a job works through.
func keyedList[R, I any](on registrar, path, name string, who access, h handler[I, stored]) {
	on.within = listWithin
	keyedAs[R](on, huma.Operation{Path: path, OperationID: name, DefaultStatus: http.StatusAccepted, MaxBodyBytes: largestList}, who, h)
}

func keyedAs[R, I any](on registrar, op huma.Operation, who access, h handler[I, stored]) {
	schema := huma.SchemaFromType(on.api.OpenAPI().Components.Schemas, reflect.TypeFor[R]())
	op.Method = http.MethodPost
	op.Responses = map[string]*huma.Response{strconv.Itoa(op.DefaultStatus): {
		Description: http.StatusText(op.DefaultStatus) + ". Repeated with the same key and body, the same answer with Idempotency-Replayed: true.",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: schema}},
	}}
	register(on, op, who, h)
}

func register[I, O any](on registrar, op huma.Operation, who access, h handler[I, O]) {
	unbounded(on, op, who, func(ctx context.Context, in *I) (*O, error) {
		ctx, cancel := context.WithTimeout(ctx, cmp.Or(on.within, answerWithin))
		defer cancel()
		return h(ctx, in)
	})
}

// unbounded registers a call that sees to it itself that it answers in time.
func unbounded[I, O any](on registrar, op huma.Operation, who access, h handler[I, O]) {
	op.Path = base + op.Path
	op.Tags = []string{strings.Split(strings.TrimPrefix(op.Path, base+"/"), "/")[0]}
	op.MaxBodyBytes = cmp.Or(op.MaxBodyBytes, largestBody)
	if !who.open {
		op.Security = []map[string][]string{{"bearer": {}}}
		op.Middlewares = append(op.Middlewares, on.server.guard(who))
	}
	if who.maybe {
		op.Security = append(op.Security, map[string][]string{})
	}
	huma.Register(on.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return out, nil
	})
}

func refuse(ctx huma.Context, p *Problem) {
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	if p.Status == http.StatusUnauthorized {
		ctx.SetHeader("WWW-Authenticate", "Bearer")
	}
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(p) // the client is gone
}

type body[T any] struct{ Body T }

type list[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty" doc:"absent on the last page"`
}

// Paging asks for a page of a list.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"100"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// after reads a cursor that is an id.
func (p Paging) after() (id.ID, error) {
	if p.Cursor == "" {
		return 0, nil
	}
	return parseID(p.Cursor, "cursor")
}

// cut turns limit+1 rows into a page and the cursor of the next.
func cut[T any](rows []T, limit int, cursor func(T) string) ([]T, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	return rows[:limit], cursor(rows[limit-1])
}

// PathID names one thing by its id.
type PathID struct {
	ID string `path:"id" maxLength:"20"`
}

func (p PathID) parse(missing error) (id.ID, error) {
	parsed, err := id.Parse(p.ID)
	if err != nil {
		return 0, missing // no such id can be there
	}
	return parsed, nil
}

// instant is a time that may not have come yet.
func instant(at *clock.Millis) *time.Time {
	if at == nil {
		return nil
	}
	t := at.Time()
	return &t
}

func invalid(field, code, message string) error { return fault.InvalidField(field, code, message) }

func index(name string, i int) string { return name + "[" + strconv.Itoa(i) + "]" }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

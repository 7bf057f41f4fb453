-- +goose Up
-- What pages and verify look up by.
CREATE INDEX order_lines_sub_order ON order_lines (sub_order_id);
CREATE INDEX refund_lines_line ON refund_lines (line_id);
CREATE INDEX refund_payments_payment ON refund_payments (payment_id);
CREATE INDEX gateway_refunds_payment ON gateway_refunds (refund_payment_id);

export default {
  title: { 'ent-gift': 'Gift order', 'ent-gift-new': 'Gifts to many' },
  gift: {
    new: 'Gifts to many', none: 'No gifts were ordered yet', noneHint: 'Choose goods, upload the list of recipients, see the price, order all at once.', people: '{n} recipients', unread: 'List not read yet',
    status: { checking: 'Being checked', rejected: 'List has errors', quoted: 'Waits for your word', placing: 'Being placed', declined: 'Not placed', placed: 'Placed', cancelling: 'Being cancelled', cancelled: 'Cancelled', partly_cancelled: 'Partly cancelled' },
    doing: { checking: 'The list and the prices are being checked. You may leave this page.', placing: 'Placing {total} orders at once. You may leave this page.', cancelling: '{done} of {total} orders cancelled' }, partly: '{done} orders were cancelled; {left} were on their way already and stay.',
    goods: 'Gifts', goodsHint: 'Every recipient gets these, unless their row names a SKU.', search: 'Find goods', find: 'Search', take: 'Choose', takeOf: 'Choose {title}', leave: 'Remove', leaveOf: 'Remove {title}', each: 'How many of {title} for each', nothing: 'Nothing found',
    to: 'Recipients', toLabel: 'Who gets it', toPeople: 'Everybody on a list', list: 'List of recipients', listHint: 'One row each, 5,000 at most; the province sets the delivery fee.', templateName: 'gift-recipients', fileIs: 'Uploaded {name}',
    pay: 'Payment', payHint: 'Paid with the aid cards that you hold, the first to expire first. You can use {balance}.', check: 'Check and price', checkHint: 'Nothing is ordered yet.',
    price: 'Price', freight: 'Delivery', discount: 'Discount', onTop: 'Village share on top', total: 'Total', due: 'Missing on the cards', dueHint: 'The cards do not hold enough. Add some, then order.', place: 'Order and pay {total}', again: 'Try again', anew: 'Correct the list and upload it again', giveUp: 'Give this up', giveUpAsk: 'The list will be deleted.', cancel: 'Cancel all orders', cancelAsk: 'Each order is cancelled and its money goes back to the cards that paid. Those being sent meanwhile stay.',
    rows: 'Parcels', noRows: 'The list was deleted', export: 'Export tracking numbers', see: 'Open order', inRow: 'Row {row}: ',
  },
}

export default {
  title: { 'ent-gift': '送礼订单详情', 'ent-gift-new': '批量送礼' },
  gift: {
    new: '批量送礼', none: '还没有批量送过礼', noneHint: '选好礼品，上传收货名单，核价后一次下单。', people: '{n} 位收货人', unread: '名单待读取',
    status: { checking: '正在核对', rejected: '名单有误', quoted: '待确认下单', placing: '正在下单', declined: '没有下成', placed: '已下单', cancelling: '正在取消', cancelled: '已取消', partly_cancelled: '部分取消' },
    doing: { checking: '正在核对名单和价格，可以离开本页。', placing: '正在一次下 {total} 单，可以离开本页。', cancelling: '已取消 {done} 单，共 {total} 单' }, partly: '取消了 {done} 单；{left} 单已经发货，保留。',
    goods: '礼品', goodsHint: '每位收货人都收到这些。名单里写了规格编号的，按名单。', search: '找商品', find: '搜索', take: '选用', takeOf: '选用 {title}', leave: '去掉', leaveOf: '去掉 {title}', each: '每人几件 {title}', nothing: '没有找到商品',
    to: '收货人', toLabel: '送给谁', toPeople: '名单里的每个人', list: '收货名单', listHint: '一行一人，最多 5,000 人；省份用来计算运费。', templateName: '收货名单模板', fileIs: '已上传 {name}',
    pay: '付款', payHint: '用您名下能用的爱心卡付款，先到期的先用。可用余额 {balance}。', check: '核对并核价', checkHint: '这一步只核对，不下单。',
    price: '价格', freight: '运费', discount: '优惠', onTop: '另付的村集体份额', total: '合计', due: '卡里还差', dueHint: '爱心卡不够付。补足后再下单。', place: '下单并付款 {total}', again: '再试一次', anew: '改好名单，重新上传', giveUp: '放弃这一单', giveUpAsk: '名单会被删除，不能恢复。', cancel: '取消全部订单', cancelAsk: '每一单都会取消，钱回到付款的卡里。正在发货的订单会保留。',
    rows: '收货情况', noRows: '名单已删除', export: '导出运单号', see: '看订单', inRow: '第 {row} 行：',
  },
}

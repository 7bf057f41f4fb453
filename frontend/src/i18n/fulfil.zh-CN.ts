export default {
  title: { 'coop-orders': '合作社订单', 'coop-order': '发货与售后', 'coop-pricing': '运费与满减', 'coop-campaigns': '帮扶活动' },
  parcel: {
    list: '包裹', nth: '第 {n} 个包裹', none: '还没有发出包裹。', carrier: '快递公司', other: '其他快递', otherName: '快递公司名称', number: '运单号', numberBad: '运单号是 1 到 40 位字母、数字或短横', copy: '复制', copyNumber: '复制运单号 {number}', copied: '已复制', copyFailed: '没能复制，请长按选中', contents: '{title} × {n}',
  },
  coopCampaign: { hint: '报名的商品由运营选入后，在活动期间计入活动合计。撤出后，已下的订单仍计入。', none: '现在没有可以报名的活动', noGoods: '还没有在售的商品', accepted: '已选入', offered: '已报名，待选入', offer: '报名', withdraw: '撤出' },
  coop: {
    campaigns: '活动',
    tabs: '合作社页面', orders: '订单', pricing: '运费与满减', forOrg: '为哪家合作社办事', none: '您还不是合作社的成员', noneHint: '合作社入驻后，成员可以在这里发货、处理退款和设置运费。', apply: '申请入驻', list: '订单状态',
    tab: { paid: '待发货', partly_shipped: '部分发货', shipped: '已发货', received: '已收货', closed: '已完成', refunds: '待处理退款' },
    empty: { paid: '没有等着发货的订单', partly_shipped: '没有发了一部分的订单', shipped: '没有在路上的订单', received: '没有刚收货的订单', closed: '还没有完成的订单', refunds: '没有等您处理的退款' },
    ago: { minutes: '{n} 分钟前', hours: '{n} 小时前', days: '{n} 天前' }, wantsRefund: '买家要退款',
    address: '寄到哪里', copyAddress: '复制地址', masked: '发货由负责人和打包员来做；别人看到的，或者收货以后，地址会遮住一部分。', goods: '商品', ordered: '订了', sent: '已发', back: '已退', held: '退款中', toSend: '还要发 {n} 件', allSent: '发齐了', money: '这一单', paidGoods: '货款', freight: '运费', share: '其中村集体增收', due: '{time} 会自动完成下一步', dueShipped: '买家不点收货，{time} 也会自动算收到', dueReceived: '{time} 自动完成，货款和村集体收入转为可用', dueHeld: '退款处理完之前，自动计时先停着',
    ship: '发货', shipAll: '剩下的全部装进这一个包裹', shipSome: '只装一部分', quantityOf: '装几件 {title}', leftOf: '还要发 {n} 件', shipDo: '确认发货', shipped: '已发货：{carrier} {number}', nothingChosen: '请至少装一件', shipUnknown: '刚才没有收到结果。再确认一次不会重复发货。', packerOnly: '发货由负责人或打包员来做。',
  },
  deal: {
    refunds: '退款', none: '这一单没有退款。', asked: '买家要退', reason: '买家的原因', approveNow: '现在就退', approveLater: '货退回再退', reject: '不同意', accept: '收到退货，退款', giveBack: '主动退款', accountantOnly: '退款由负责人或会计来决定。',
    nowWords: '钱马上按原路退给买家，不用退货。', laterWords: '买家先把货寄回来；您收到以后点“收到退货，退款”，钱才会退。', rejectWords: '买家会看到您写的原因。', acceptWords: '钱马上退回买家的卡。好的货可以放回库存接着卖。',
    before: '退款前', after: '退款后', coopGets: '合作社实得（含运费）', villageGets: '村集体增收', buyerBack: '退给买家', freightBack: '其中运费 {amount}', restock: '{title} 放回库存几件', ofBack: '退回 {n} 件', decideNow: '确认退款', decideLater: '同意，等退货', decideNo: '确认不同意', decideAccept: '确认收到并退款', approvedLater: '已同意，等买家把货寄回来', rejectedDone: '已拒绝退款', refundedDone: '已退款 {amount}，村集体退回 {share}',
    backParcel: '退货运单', waitingGoods: '等买家把货寄回来。', giveTitle: '主动退款给买家', giveHint: '货坏了、少发了，可以直接退。钱按原路退给买家。', giveQuantity: '退几件 {title}', giveFreight: '运费也退（{freight}）', giveReason: '原因，买家会看到', giveDo: '确认退款 {amount}', giveUnknown: '刚才没有收到结果。再确认一次不会重复退款。', decision: '答复',
  },
  mine: {
    receipt: '确认收货', receiptAsk: '确认已经收到{name}发来的货？收到后还有一段时间可以申请退款，截止时间会写在订单里；过后货款归合作社、村集体收入转为可用。', received: '已确认收货', autoReceive: '不点确认，{time} 也会自动算收到。', askUntil: '有问题请在 {time} 前申请退款。', clockStands: '退款处理完之前，不会自动算收到，售后时间也不会走完。', freightToo: '要退的运费（元，可不填）', freightUpTo: '最多还可退 {amount}，也可以只退运费。', freightBad: '请填金额，例如 8 或 8.50，不超过可退的运费', restToo: '{title}：件数都退过了，还有 {amount} 没退，也退', restBack: '余款', ask: '申请退款', askTitle: '向{name}申请退款', askHint: '已经发出的货，由合作社决定：可能直接退款，也可能请您先把货寄回。', askNow: '这些还没有发出，确认后立即退款。', askDo: '提交申请', askNowDo: '立即退款', back: '退给您', asked: '已提交，等合作社答复', refundWhat: '{title} × {n}', whoDecides: '由{name}决定，请等答复。', sendBackHint: '合作社同意了。把货寄回去，再填上运单号；对方确认收到后，钱按原路退回。', sendBackDo: '已经寄出', sentBack: '已登记退货运单', onWay: '退货在路上，等合作社收货。', withdraw: '不退了', withdrawAsk: '收回这个退款申请？以后还可以再申请。', withdrawn: '已收回退款申请', withdrawnBy: '您收回了申请', answer: '合作社的答复', onTop: '另付给村集体', onTopHint: '货款以外多付的这一份，直接归村集体',
  },
  quote: {
    goods: '商品', discount: '满减优惠', freight: '运费', onTop: '另付给村集体', total: '应付', share: '本单为村集体增收', asking: '正在算运费和优惠…', undeliverable: '这件不发到这个地址', undeliverableHint: '换一个地址，或回购物车去掉标出的商品。', failed: '没能算出运费和优惠。', perCoop: '{name}：运费 {freight}',
  },
  pricing: {
    freight: '运费模板', freightHint: '每个模板说明寄到哪里收多少钱。没有另外指定的商品都用默认模板。', freightNone: '还没有运费模板，寄货不收运费。', default: '默认', add: '新建模板', edit: '修改', editOf: '修改 {name}', remove: '删除', removeOf: '删除 {name}', removeAsk: '删除后，用它的商品改用默认模板。', removed: '已删除 {name}', saved: '已保存 {name}', form: '运费模板', name: '名称', nameExample: '例如：全国普通件', unit: '怎么算', unitOf: { piece: '按件数', weight: '按重量' }, makeDefault: '设为默认模板', isDefault: '这是默认模板。要换，请把另一个设为默认。', save: '保存',
    zone: '地区 {n}', elsewhere: '其他所有地区', provinces: '省份', provincesHint: '点一下就选上', addZone: '添加一个地区', removeZone: '删掉这个地区', undeliverable: '不发到这里', first: { piece: '首件（件）', weight: '首重（kg）' }, firstFen: '首费（元）', step: { piece: '每多（件）', weight: '每多（kg）' }, stepFen: '加收（元）', free: '满多少元包邮', freeHint: '不填就不包邮', pickProvince: '请至少选一个省份', amountBad: '请填金额，例如 8 或 8.50，最多 10000 元', unitsBad: '请填大于 0 的数', freeBad: '请填金额，例如 99',
    zoneWords: '{first} {firstFen}，每多 {step} 加 {stepFen}', zoneFlat: '每单 {fen}', zoneFree: '包邮', zoneFreeAbove: '满 {fen} 包邮', zoneNot: '不发货', pieces: '{n} 件', kg: '{n} kg', gram: '{n} g', readsOnly: '运费和满减由负责人或会计来改，您可以看。',
    promotions: '满减', promotionsHint: '一单里本社商品满多少元就减多少元，减的钱由合作社出；一单只用减得最多的那一个。', promotionsNone: '现在没有满减。', promotion: '满 {over} 减 {off}', runs: '{from} 至 {until}', begins: '还没开始', running: '进行中', end: '结束', endOf: '结束满 {over} 减 {off}', endAsk: '结束后，新的订单不再减；已下的订单不变。', ended: '已结束', over: '满（元）', off: '减（元）', from: '从哪天', until: '到哪天（含）', addPromotion: '添加满减', added: '已添加：满 {over} 减 {off}', offBad: '要比“满”的金额小', untilBad: '要在开始之后、今天之后，并且不超过一年',
  },
  error: { undeliverable: '有商品不发到这个地址。', shipment_exceeds: '其中有的刚刚已经发出或退款，请刷新后看看还剩多少。' },
  field: { unknown: '这一项已经不在了，请刷新', refund_exceeds: '超过了可退的数量', range: '超出了可以填的范围', length: '太长了，或者没有填', format: '格式不对，请检查', elsewhere: '请保留“其他所有地区”' },
}
